/** Finds the token counts in a model's JSON and in the headers of its answer, whichever the family. */
import { isJsonObject, type JsonObject, memberOf } from '../../json-value.ts';
import { highest, sumOf, type TokenCounts, toCount } from './token-counts.ts';

/** All places of a body, or of one event of a stream, that may hold counts. */
export function countsInJson(json: unknown): TokenCounts {
  if (!isJsonObject(json)) return {};
  return highest([
    countsOfUsage(json.usage),
    // Anthropic's message_start, and the last event of Converse and Nova.
    countsOfUsage(memberOf(json, 'message', 'usage')),
    countsOfUsage(memberOf(json, 'metadata', 'usage')),
    countsOfInvocation(json['amazon-bedrock-invocationMetrics']),
    // Meta Llama and DeepSeek.
    compact({ input: json.prompt_token_count, output: json.generation_token_count }),
    countsOfTitan(json),
    // Cohere.
    compact({
      input: memberOf(json, 'meta', 'billed_units', 'input_tokens'),
      output: memberOf(json, 'meta', 'billed_units', 'output_tokens'),
    }),
  ]);
}

/** Names in lower case. */
export function countsInHeaders(headers: Readonly<Record<string, string>>): TokenCounts {
  const count = (name: string) => headers[`x-amzn-bedrock-${name}-token-count`];
  return compact({
    input: count('input'),
    output: count('output'),
    cacheRead: count('cache-read-input'),
    cacheWrite: count('cache-write-input'),
  });
}

/** `usage` in the names of Converse, Nova, Anthropic and OpenAI. */
function countsOfUsage(usage: unknown): TokenCounts {
  if (!isJsonObject(usage)) return {};
  const cacheRead = most([
    usage.cacheReadInputTokens,
    usage.cacheReadInputTokenCount,
    usage.cache_read_input_tokens,
    memberOf(usage, 'prompt_tokens_details', 'cached_tokens'),
    memberOf(usage, 'input_tokens_details', 'cached_tokens'),
  ]);
  const details = cacheDetails(usage);
  const cacheWrite = most([
    usage.cacheWriteInputTokens,
    usage.cacheWriteInputTokenCount,
    usage.cache_creation_input_tokens,
    memberOf(usage, 'prompt_tokens_details', 'cache_write_tokens'),
    memberOf(usage, 'input_tokens_details', 'cache_write_tokens'),
    details?.all,
  ]);
  const own: TokenCounts = {
    ...compact({
      input: most([usage.inputTokens, ownInput(usage), promptTokens(usage)]),
      output: most([usage.outputTokens, usage.output_tokens, usage.completion_tokens]),
      cacheRead,
      cacheWrite,
      cacheWrite5m: details?.fiveMinutes,
      total: usage.totalTokens,
    }),
  };
  const iterations = usage.iterations;
  if (!Array.isArray(iterations) || iterations.length === 0) return own;
  return highest([own, sumOf(iterations.map(countsOfIteration))]);
}

/** One that another model ran, such as an advisor, names it. */
function countsOfIteration(iteration: unknown): TokenCounts {
  const counts = countsOfUsage(iteration);
  const model = memberOf(iteration, 'model');
  return typeof model === 'string' ? { ...counts, others: { [model]: counts } } : counts;
}

/** Anthropic leaves out what was cached; OpenAI's Responses API, which has the same name, does not. */
const ownInput = (usage: JsonObject): number | undefined =>
  isJsonObject(usage.input_tokens_details)
    ? withoutCached(usage.input_tokens, usage.input_tokens_details)
    : toCount(usage.input_tokens);

/** OpenAI counts what was read from a cache or written to it as part of the prompt. */
const promptTokens = (usage: JsonObject): number | undefined =>
  withoutCached(usage.prompt_tokens, usage.prompt_tokens_details);

function withoutCached(all: unknown, details: unknown): number | undefined {
  const prompt = toCount(all);
  if (prompt === undefined) return undefined;
  const read = toCount(memberOf(details, 'cached_tokens')) ?? 0;
  const written = toCount(memberOf(details, 'cache_write_tokens')) ?? 0;
  return prompt - read - written;
}

/** Cache writes by lifetime: a list in Converse, an object in Anthropic's format. */
function cacheDetails(usage: unknown): { all: number; fiveMinutes: number } | undefined {
  const list = memberOf(usage, 'cacheDetails');
  const split = memberOf(usage, 'cache_creation');
  const parts = Array.isArray(list)
    ? list.map((entry) => [memberOf(entry, 'ttl'), memberOf(entry, 'inputTokens')] as const)
    : isJsonObject(split)
      ? Object.entries(split).map(([name, value]) => [LIFETIME.exec(name)?.[1], value] as const)
      : [];
  if (parts.length === 0) return undefined;
  const counted = parts.map(([ttl, value]) => [ttl, toCount(value) ?? 0] as const);
  const total = (entries: typeof counted) => entries.reduce((sum, [, count]) => sum + count, 0);
  return { all: total(counted), fiveMinutes: total(counted.filter(([ttl]) => ttl === '5m')) };
}

const LIFETIME = /^ephemeral_(\w+)_input_tokens$/;

const countsOfInvocation = (metrics: unknown): TokenCounts =>
  compact({
    input: memberOf(metrics, 'inputTokenCount'),
    output: memberOf(metrics, 'outputTokenCount'),
    cacheRead: memberOf(metrics, 'cacheReadInputTokenCount'),
    cacheWrite: memberOf(metrics, 'cacheWriteInputTokenCount'),
  });

function countsOfTitan(json: unknown): TokenCounts {
  const results = memberOf(json, 'results');
  const outputs = Array.isArray(results)
    ? results.map((result) => compact({ output: memberOf(result, 'tokenCount') }))
    : [];
  return highest([
    compact({
      input: memberOf(json, 'inputTextTokenCount'),
      output: memberOf(json, 'totalOutputTextTokenCount'),
    }),
    ...(outputs.length > 0 ? [sumOf(outputs)] : []),
  ]);
}

/** The highest of several names of one count. */
function most(values: readonly unknown[]): number | undefined {
  const counts = values.map(toCount).filter((count) => count !== undefined);
  const sensible = counts.filter((count) => !Number.isNaN(count));
  if (counts.length === 0) return undefined;
  return sensible.length === 0 ? Number.NaN : Math.max(...sensible);
}

const compact = (counts: Readonly<Partial<Record<keyof TokenCounts, unknown>>>): TokenCounts =>
  Object.fromEntries(
    Object.entries(counts).flatMap(([part, value]) => {
      const count = toCount(value);
      return count === undefined ? [] : [[part, count]];
    }),
  );
