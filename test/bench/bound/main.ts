/**
 * Compares what is reserved for prompts with what they cost by real tokenizers, and fails if a
 * prompt has more tokens than its bound. `--write-docs` writes the table into
 * docs/worst-case.md; `--json` prints it.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { measurePrompt } from '../../../core/call/prompt-bound/prompt-size.ts';
import { inputTokenBound } from '../../../core/call/prompt-bound/token-bound.ts';
import { lookupModel } from '../../../core/pricing/catalogue.ts';
import { costOf } from '../../../core/pricing/cost.ts';
import { worstCaseOf, writtenCacheTtl } from '../../../core/pricing/worst-case.ts';
import { corpus, type Sample } from './corpus.ts';
import { type Family, families } from './tokenizers.ts';

const AT = Date.parse('2026-11-29T12:00:00Z');
/** Tokens of the answer, of which `max_tokens` allows as many: its part of both costs is equal. */
const OUTPUT_TOKENS = 500;

interface Result {
  readonly family: string;
  readonly sample: string;
  readonly tokens: number;
  readonly bound: number;
  /** Reserved for the call, in relation to its cost. */
  readonly costRatio: number;
}

function compare(family: Family, { name, prompt }: Sample): Result {
  const lookup = lookupModel(family.modelId, 'us-east-1');
  if (lookup.outcome !== 'priced') throw new Error(lookup.message);
  const { model } = lookup;
  const bound = inputTokenBound(measurePrompt(prompt), model);
  if (bound === undefined) throw new Error(`no bound of ${name}`);
  const tokens = family.tokensOf(prompt);
  const cacheTtl = writtenCacheTtl('none', model.traits);
  const asked = { inputTokens: bound, maxOutputTokens: OUTPUT_TOKENS, cacheTtl };
  const { amount, period } = worstCaseOf(asked, model.prices, AT);
  const none = { cacheReadInputTokens: 0, cacheWriteInputTokens: 0, cacheWrite1hInputTokens: 0 };
  const cost = costOf({ inputTokens: tokens, outputTokens: OUTPUT_TOKENS, ...none }, period);
  return {
    family: family.name,
    sample: name,
    tokens,
    bound,
    costRatio: Number(amount) / Number(cost),
  };
}

function table(results: readonly Result[], cell: (result: Result) => string): string {
  const names = [...new Set(results.map(({ family }) => family))];
  const samples = [...new Set(results.map(({ sample }) => sample))];
  const find = (sample: string, family: string) =>
    results.filter((each) => each.sample === sample && each.family === family).map(cell)[0] ?? '';
  return [
    `| prompt | ${names.join(' | ')} |`,
    `| --- |${names.map(() => ' ---: |').join('')}`,
    ...samples.map((sample) => {
      const cells = names.map((each) => find(sample, each));
      return `| ${sample} | ${cells.join(' | ')} |`;
    }),
  ].join('\n');
}

const { values } = parseArgs({
  options: {
    folder: { type: 'string', default: '' },
    json: { type: 'boolean', default: false },
    'write-docs': { type: 'boolean', default: false },
  },
});

const results = (await families(values.folder)).flatMap((family) =>
  corpus(process.cwd()).map((sample) => compare(family, sample)),
);
const above = results.filter(({ tokens, bound }) => tokens > bound);
const tables = `Input bound divided by the tokens of the prompt, with its template:

${table(results, ({ bound, tokens }) => (bound / tokens).toFixed(1))}

Reserved amount divided by the cost, with ${OUTPUT_TOKENS} tokens of output, the maximum:

${table(results, ({ costRatio }) => costRatio.toFixed(2))}
`;
process.stdout.write(values.json ? `${JSON.stringify(results, null, 2)}\n` : tables);
if (values['write-docs']) {
  const file = 'docs/worst-case.md';
  const marks = /(<!-- bench:bound -->\n)[\s\S]*(<!-- \/bench:bound -->)/;
  writeFileSync(file, readFileSync(file, 'utf8').replace(marks, `$1\n${tables}\n$2`));
}
for (const { family, sample, tokens, bound } of above) {
  process.stderr.write(`${family}, ${sample}: ${tokens} tokens, but the bound is ${bound}\n`);
}
if (above.length > 0) process.exitCode = 1;
