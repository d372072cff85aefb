/** The OpenAI API: chat completions and responses, both by Converse. */
import type { InputProblem } from '../../input-problem.ts';
import type { JsonObject } from '../../json-value.ts';
import type { Model } from '../../policy/policy.ts';
import { quoted } from '../../safe-text.ts';
import { readFields } from '../fields/field-list.ts';
import type { Dialect, DialectRequest } from '../relay/dialect.ts';
import { completionStream, toCompletion } from './chat-answer.ts';
import { chatProblems, chatToConverse } from './chat-request.ts';
import { CHAT_FIELDS, RESPONSES_FIELDS } from './fields.ts';
import { responseStream, toResponse } from './responses-answer.ts';
import { responsesProblems, responsesToConverse } from './responses-request.ts';

export const chatDialect = (body: JsonObject): Dialect => ({
  toWire: (model, allowed) => {
    const { problems, ignored } = readFields(body, CHAT_FIELDS, allowed);
    const all = [...problems, ...chatProblems(body)];
    return checked(model, all, () => chatToConverse(body, model), ignored);
  },
  toAnswer: (bytes, call) => encoded(toCompletion(bytes, call)),
  toStream: (call) => completionStream(call, includesUsage(body.stream_options)),
});

export const responsesDialect = (body: JsonObject): Dialect => ({
  toWire: (model, allowed) => {
    const { problems, ignored } = readFields(body, RESPONSES_FIELDS, allowed);
    const all = [...problems, ...responsesProblems(body)];
    return checked(model, all, () => responsesToConverse(body, model), ignored);
  },
  toAnswer: (bytes, call) => encoded(toResponse(bytes, call, body)),
  toStream: (call) => responseStream(call, body),
});

function checked(
  model: Model,
  problems: readonly InputProblem[],
  toWire: () => DialectRequest,
  ignored: readonly string[],
): DialectRequest {
  if (problems.length > 0) return { problems };
  if (model.kind === 'text') return { ...toWire(), ignored };
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
