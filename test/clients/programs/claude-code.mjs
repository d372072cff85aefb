/** Claude Code in the format that its environment sets, as a script calls it: one prompt, and out. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { PROMPT, serve, TOOL_RESULT } from './scenarios.mjs';

const PACKAGE = `@anthropic-ai/claude-code-${process.platform}-${process.arch}`;
const CLAUDE = join(process.env.TEST_CLIENTS_FOLDER, 'node_modules', PACKAGE, 'claude');
const FILE = 'weather.txt';

/** @returns what it prints, line by line, as JSON. */
async function claude(model, folder, ...args) {
  const child = spawn(
    CLAUDE,
    ['-p', PROMPT, '--verbose', '--output-format', 'stream-json', ...args],
    {
      cwd: folder,
      env: {
        ...process.env,
        HOME: folder,
        ANTHROPIC_MODEL: model,
        CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
        DISABLE_AUTOUPDATER: '1',
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const lines = (await text(child.stdout)).split('\n').filter(Boolean);
  return lines.map((line) => JSON.parse(line));
}

async function ask(model, ...args) {
  const folder = await mkdtemp(join(tmpdir(), 'claude-code-'));
  try {
    await writeFile(join(folder, FILE), TOOL_RESULT);
    const events = await claude(model, folder, ...args);
    return { events, result: resultOf(events) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** @throws Error with what the user reads. */
function resultOf(events) {
  const result = events.find(({ type }) => type === 'result');
  if (!result) throw new Error(`it did not finish: ${JSON.stringify(events.at(-1))}`);
  if (result.is_error)
    throw Object.assign(new Error(result.result), { status: result.api_error_status });
  const { input_tokens, output_tokens } = result.usage;
  return { text: result.result, usage: { input: input_tokens, output: output_tokens } };
}

await serve({
  plain: async (model) => {
    const { events, result } = await ask(model);
    return { ...result, warning: events.find(({ type }) => type === 'rate_limit_event') };
  },
  streamed: async (model, pieces) => {
    const { events, result } = await ask(model, '--include-partial-messages');
    for (const { event } of events) {
      if (event?.delta?.type === 'text_delta') pieces.push(event.delta.text);
    }
    return result;
  },
  tools: async (model) => {
    const { events, result } = await ask(model, '--allowedTools', 'Read');
    const blocks = events.flatMap(({ type, message }) =>
      type === 'assistant' ? message.content : [],
    );
    return { toolInput: blocks.find(({ type }) => type === 'tool_use')?.input, text: result.text };
  },
});
