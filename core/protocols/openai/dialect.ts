/** The OpenAI API: chat completions and responses, both by Converse. */
import type { JsonObject } from '../../json-value.ts';
import type { Model } from '../../policy/policy.ts';
import { quoted } from '../../safe-text.ts';
import type { Dialect, DialectRequest } from '../relay/dialect.ts';
import { completionStream, toCompletion } from './chat-answer.ts';
import { chatToConverse } from './chat-request.ts';
import { responseStream, toResponse } from './responses-answer.ts';
import { responsesToConverse } from './responses-request.ts';

export const chatDialect = (body: JsonObject): Dialect => ({
  toWire: (model) => ofText(model, () => chatToConverse(body, model)),
  toAnswer: (bytes, call) => encoded(toCompletion(bytes, call)),
  toStream: (call) => completionStream(call, includesUsage(body.stream_options)),
});

export const responsesDialect = (body: JsonObject): Dialect => ({
  toWire: (model) => ofText(model, () => responsesToConverse(body, model)),
  toAnswer: (bytes, call) => encoded(toResponse(bytes, call, body)),
  toStream: (call) => responseStream(call, body),
});

function ofText(model: Model, toWire: () => DialectRequest): DialectRequest {
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
