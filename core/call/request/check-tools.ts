/**
 * Checks a prompt's tools, their uses and results, for every model.
 */

import type { InputProblem } from '../../input-problem.ts';
import { formatChoices, quoted } from '../../safe-text.ts';
import { depthProblems } from './check-content.ts';
import type { ToolConfig } from './tool-config.schema.ts';
import type { Turn } from './turns.ts';

const PATH = '$.prompt.toolConfig';

export function toolProblems(
  turns: readonly Turn[],
  toolConfig: ToolConfig | undefined,
): readonly InputProblem[] {
  const pairing = pairingProblems(turns);
  if (toolConfig) return [...configProblems(toolConfig), ...pairing];
  const used = turns.some((turn) => usesOf(turn).length + resultsOf(turn).length > 0);
  const message = 'is required with toolUse and toolResult blocks: repeat the tools that they name';
  return [...(used ? [{ path: PATH, message }] : []), ...pairing];
}

function configProblems({ tools, toolChoice }: ToolConfig): readonly InputProblem[] {
  const names = tools.flatMap(({ toolSpec }) => (toolSpec ? [toolSpec.name] : []));
  const chosen = toolChoice?.tool?.name;
  if (names.length === 0) {
    return [{ path: `${PATH}.tools`, message: 'has no toolSpec: add a tool' }];
  }
  const problems: InputProblem[] = [];
  for (const [at, { toolSpec }] of tools.entries()) {
    if (!toolSpec) continue;
    const path = `${PATH}.tools[${at}].toolSpec`;
    problems.push(...depthProblems(toolSpec.inputSchema.json, `${path}.inputSchema.json`));
    if (names.filter((name) => name === toolSpec.name).length === 1) continue;
    const message = `${quoted(toolSpec.name)} is the name of several tools: name each once`;
    problems.push({ path: `${path}.name`, message });
  }
  if (chosen !== undefined && !names.includes(chosen)) {
    const message = `${quoted(chosen)} is not one of the tools: use one of ${formatChoices(names)}`;
    problems.push({ path: `${PATH}.toolChoice.tool.name`, message });
  }
  return problems;
}

/**
 * Every toolUse is answered once in the very next message, and nothing else is
 * (https://docs.aws.amazon.com/bedrock/latest/userguide/tool-use-inference-call.html, 2026-11).
 */
function pairingProblems(turns: readonly Turn[]): readonly InputProblem[] {
  return turns.flatMap((turn, index) => {
    const asked = new Set(usesOf(turns[index - 1]));
    const answered = new Set(resultsOf(turns[index + 1]));
    const [uses, results] = [usesOf(turn), resultsOf(turn)];
    const path = `$.prompt.messages[${turn.at}].content`;
    return [
      ...uses
        .filter((id) => !answered.has(id))
        .map((id) => `has the toolUse ${quoted(id)}: add its toolResult to the next message`),
      ...repeated(uses).map((id) => `has the toolUse ${quoted(id)} several times: send it once`),
      ...results
        .filter((id) => !asked.has(id))
        .map(
          (id) =>
            `has a toolResult for ${quoted(id)}, which the message before does not ask for: leave it out`,
        ),
      ...repeated(results).map(
        (id) => `has several toolResults for ${quoted(id)}: send one, with all its content`,
      ),
    ].map((message) => ({ path, message }));
  });
}

/** Duplicates of a list, each once. */
function repeated(ids: readonly string[]): readonly string[] {
  const seen = new Set<string>();
  return [...new Set(ids.filter((id) => seen.has(id) || !seen.add(id)))];
}

const usesOf = (turn: Turn | undefined): readonly string[] =>
  (turn?.content ?? []).flatMap(({ toolUse }) => (toolUse ? [toolUse.toolUseId] : []));

const resultsOf = (turn: Turn | undefined): readonly string[] =>
  (turn?.content ?? []).flatMap(({ toolResult }) => (toolResult ? [toolResult.toolUseId] : []));
