/** Sends a prompt to the proxy with a key or token, as Converse or ConverseStream. */
import { eventStream } from '../../adapters/event-stream.ts';
import { LedgerUnavailableError } from '../../core/errors.ts';
import type { InputProblem } from '../../core/input-problem.ts';
import { printable } from '../../core/safe-text.ts';
import { asList, numberField, stringField, toUnvalidated } from '../../core/unvalidated.ts';
import type { Authorized } from '../remote/authorization.ts';
import { callHttp, jsonOf } from '../remote/http-json.ts';
import { type Answered, type PromptRequest, sessionOf, textOf } from './answered.ts';

/** As long as the proxy streams. */
const ANSWER_MS = 900_000;
/** A denial that passes, or not. */
const DENIED = [402, 429];
/** A problem of the request itself. */
const NOT_VALID = [400, 404, 413];

export async function callProxy(
  base: URL,
  { authorize }: Authorized,
  request: PromptRequest,
  write?: (text: string) => void,
): Promise<Answered> {
  const path = base.pathname.replace(/\/$/, '');
  const operation = write ? 'converse-stream' : 'converse';
  const url = new URL(`${path}/model/${encodeURIComponent(request.model)}/${operation}`, base);
  const input = bodyOf(request);
  const headers = { ...(await authorize(url, input)), ...namesOf(request), ...sessionOf(request) };
  const sent = { method: 'POST', headers, input, timeoutMs: ANSWER_MS };
  const response = await callHttp(url, sent);
  if (response.status !== 200) return refused(url, response);
  const answered = write
    ? await streamed(response, write)
    : await whole(await jsonOf(response, url));
  if (answered.outcome !== 'succeeded') return answered;
  return { ...answered, facts: [...answered.facts, ...limitOf(response.headers)] };
}

function bodyOf({ prompt, system, maxTokens, user }: PromptRequest): object {
  return {
    messages: [{ role: 'user', content: [{ text: prompt }] }],
    ...(system !== undefined && { system: [{ text: system }] }),
    ...(maxTokens !== undefined && { inferenceConfig: { maxTokens } }),
    ...(user !== undefined && { requestMetadata: { user } }),
  };
}

const namesOf = ({ costCenter, application, environment }: PromptRequest) => ({
  ...(costCenter !== undefined && { 'x-sentry-cost-center': costCenter }),
  ...(application !== undefined && { 'x-sentry-application': application }),
  ...(environment !== undefined && { 'x-sentry-environment': environment }),
});

async function refused(url: URL, response: Response): Promise<Answered> {
  const { status } = response;
  const body = await jsonOf(response, url);
  const said = stringField(toUnvalidated(body), 'message') ?? `status ${status}`;
  const detail = printable(said, 1_000);
  // A limit of one request is the only reason for a 400 that has the figures of a limit.
  const isOfRequest = status === 400 && response.headers.has('ratelimit');
  if (DENIED.includes(status) || isOfRequest) return { outcome: 'denied', detail, json: body };
  if (NOT_VALID.includes(status)) {
    return { outcome: 'not_valid', problems: [problemIn(detail)] };
  }
  if (status === 424 || status === 408) return { outcome: 'failed', detail, json: body };
  throw new LedgerUnavailableError(`${url.origin} refused (${status}): ${detail}`);
}

function problemIn(detail: string): InputProblem {
  const [, field = '', message = ''] = /^(\$[^:\s]*): (.*)$/s.exec(detail) ?? [];
  return field === '' ? { path: 'the request', message: detail } : { path: field, message };
}

function whole(body: unknown): Answered {
  const fields = toUnvalidated(body);
  const message = toUnvalidated(toUnvalidated(fields.get('output')).get('message'));
  return {
    outcome: 'succeeded',
    text: textOf(asList(message.get('content'))),
    facts: [usageOf(fields.get('usage'))],
    json: body,
  };
}

async function streamed({ body }: Response, write: (text: string) => void): Promise<Answered> {
  const events: unknown[] = [];
  let usage: unknown;
  for await (const { kind, name, message, payload } of eventStream.read(body ?? empty())) {
    if (kind !== 'event') {
      return { outcome: 'failed', detail: printable(`${name}: ${message}`, 1_000), json: payload };
    }
    const fields = toUnvalidated(payload);
    const text = stringField(toUnvalidated(fields.get('delta')), 'text');
    if (text !== undefined) write(text);
    if (name === 'metadata') usage = fields.get('usage');
    events.push({ [name]: payload });
  }
  write('\n');
  return { outcome: 'succeeded', facts: [usageOf(usage)], json: events };
}

async function* empty(): AsyncGenerator<Uint8Array> {}

function usageOf(usage: unknown): string {
  const fields = toUnvalidated(usage);
  const [input, output] = ['inputTokens', 'outputTokens'].map((name) => numberField(fields, name));
  return `${input ?? '?'} input and ${output ?? '?'} output tokens`;
}

/** The cost center, the cost and the nearest limit: docs/clients.md describes the headers. */
function limitOf(headers: Headers): readonly string[] {
  const [costCenter, cost] = ['cost-center', 'cost-usd'].map((name) =>
    headers.get(`x-sentry-${name}`),
  );
  const [, name, quota] = /^"([^"]*)";q=(\d+)/.exec(headers.get('ratelimit-policy') ?? '') ?? [];
  const left = /;r=(\d+)/.exec(headers.get('ratelimit') ?? '')?.[1];
  const percent = Math.floor((100 * Number(left)) / Number(quota));
  return [
    ...(cost === null ? [] : [`cost USD ${cost}`]),
    ...(costCenter === null ? [] : [`cost center ${costCenter}`]),
    ...(name !== undefined && left !== undefined
      ? [`nearest limit ${name}: ${percent} % left`]
      : []),
  ].map((fact) => printable(fact, 300));
}
