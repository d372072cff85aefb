/** The OpenAI API: chat completions and responses, both by Converse. */
import type { InputProblem } from '../../input-problem.ts';
import type { JsonObject } from '../../json-value.ts';
import type { Model } from '../../policy/policy.ts';
import { quoted } from '../../safe-text.ts';
import type { Dialect, DialectRequest } from '../relay/dialect.ts';
import { completionStream, toCompletion } from './chat-answer.ts';
import { chatProblems, chatToConverse } from './chat-request.ts';
import { responseStream, toResponse } from './responses-answer.ts';
import { responsesProblems, responsesToConverse } from './responses-request.ts';

/** @param allowed `proxy.allow_fields`. */
export const chatDialect = (body: JsonObject, allowed: ReadonlySet<string>): Dialect => ({
  toWire: (model) => checked(model, chatProblems(body, allowed), () => chatToConverse(body, model)),
  toAnswer: (bytes, call) => encoded(toCompletion(bytes, call)),
  toStream: (call) => completionStream(call, includesUsage(body.stream_options)),
});

/** @param allowed `proxy.allow_fields`. */
export const responsesDialect = (body: JsonObject, allowed: ReadonlySet<string>): Dialect => ({
  toWire: (model) =>
    checked(model, responsesProblems(body, allowed), () => responsesToConverse(body, model)),
  toAnswer: (bytes, call) => encoded(toResponse(bytes, call, body)),
  toStream: (call) => responseStream(call, body),
});

function checked(
  model: Model,
  problems: readonly InputProblem[],
  toWire: () => DialectRequest,
): DialectRequest {
  if (problems.length > 0) return { problems };
  if (model.kind === 'text') return toWire();
  const message = `${quoted(model.alias)} writes no text: name a model that does`;
  return { problems: [{ path: '$.model', message }] };
}

const encoded = (answer: JsonObject | undefined): Uint8Array | undefined =>
  answer && new TextEncoder().encode(JSON.stringify(answer));

const includesUsage = (options: unknown): boolean =>
  typeof options === 'object' &&
  options !== null &&
  'include_usage' in options &&
  options.include_usage === true;
