/** Sends a prompt to `POST /v1/invoke`. */
import { LedgerUnavailableError } from '../../core/errors.ts';
import { formatAmount, formatHolder } from '../../core/policy/limit-text.ts';
import { PERS, UNITS } from '../../core/policy/policy.ts';
import { printable } from '../../core/safe-text.ts';
import { asList, numberField, stringField, toUnvalidated } from '../../core/unvalidated.ts';
import type { Authorized } from '../remote/authorization.ts';
import { callJson } from '../remote/http-json.ts';
import { type Answered, type PromptRequest, sessionOf, textOf } from './answered.ts';

/** The URL can include the route, if it was copied from a request. */
const ROUTE = /(?:\/v1(?:\/invoke)?)?\/?$/;
/** A Function URL answers within 5 minutes. */
const ANSWER_MS = 300_000;

export async function callApi(
  base: URL,
  { authorize }: Authorized,
  request: PromptRequest,
): Promise<Answered> {
  const url = new URL(`${base.pathname.replace(ROUTE, '')}/v1/invoke`, base);
  const input = bodyOf(request);
  const headers = { ...(await authorize(url, input)), ...sessionOf(request) };
  const sent = { method: 'POST', headers, input, timeoutMs: ANSWER_MS };
  const { status, body } = await callJson(url, sent);
  const fields = toUnvalidated(body);
  if (status === 200) {
    const message = toUnvalidated(fields.get('message'));
    return {
      outcome: 'succeeded',
      text: textOf(asList(message.get('content'))),
      facts: factsOf(body),
      json: body,
    };
  }
  const said = stringField(fields, 'detail') ?? stringField(fields, 'message');
  const detail = printable(said ?? `status ${status}`, 1_000);
  const code = stringField(fields, 'code');
  if (code === 'limit_exceeded') return { outcome: 'denied', detail, json: body };
  if (code === 'invocation_failed') return { outcome: 'failed', detail, json: body };
  if (status === 400 || status === 413) {
    return { outcome: 'not_valid', problems: problemsOf(body, detail) };
  }
  throw new LedgerUnavailableError(`${url.origin} refused (${status}): ${detail}`);
}

function bodyOf(request: PromptRequest): object {
  const { model, prompt, system, maxTokens, user } = request;
  const { costCenter, application, environment } = request;
  return {
    model,
    prompt: {
      messages: [
        ...(system === undefined ? [] : [{ role: 'system', content: system }]),
        { role: 'user', content: prompt },
      ],
      ...(maxTokens !== undefined && { parameters: { max_tokens: maxTokens } }),
      ...(user !== undefined && { requestMetadata: { user } }),
    },
    tags: {
      ...(costCenter !== undefined && { costCenter }),
      ...(application !== undefined && { applicationId: application }),
      ...(environment !== undefined && { environment }),
    },
  };
}

function problemsOf(body: unknown, detail: string) {
  const problems = asList(toUnvalidated(body).get('errors')).map((each) => ({
    path: stringField(toUnvalidated(each), 'path') ?? '',
    message: printable(stringField(toUnvalidated(each), 'message') ?? '', 500),
  }));
  return problems.length > 0 ? problems : [{ path: 'the request', message: detail }];
}

function factsOf(body: unknown): readonly string[] {
  const fields = toUnvalidated(body);
  const cost = stringField(toUnvalidated(fields.get('cost')), 'amount');
  const usage = toUnvalidated(fields.get('usage'));
  const [input, output] = ['inputTokens', 'outputTokens'].map((name) => numberField(usage, name));
  const fallback = stringField(fields, 'fallbackFrom');
  return [
    `model ${stringField(fields, 'model') ?? ''}${fallback === undefined ? '' : ` instead of ${fallback}`}`,
    `cost USD ${cost ?? 'unknown'}, ${input ?? '?'} input and ${output ?? '?'} output tokens`,
    ...nearestOf(asList(fields.get('limits'))),
  ].map((fact) => printable(fact, 300));
}

/** `sales/day-usd`, `model:micro/day-usd`, `sales/day-usd of user alice@example.com`. */
function referenceTo(owner: string, name: string): string {
  const [kind = '', of = '', ...rest] = owner.split('#');
  const per = PERS.find((each) => each === kind);
  if (!per) return `${owner.replace(/^costCenter#/, '').replace('#', ':')}/${name}`;
  const holder = formatHolder({ kind: per, name: rest.join('#') });
  return `${of === '' ? 'organization' : of}/${name} of ${holder}`;
}

/** Of the limits that applied, the one with the least left. */
function nearestOf(limits: readonly unknown[]): readonly string[] {
  const known = limits.flatMap((each) => {
    const fields = toUnvalidated(each);
    const [limit, used, reserved = 0] = ['limit', 'used', 'reserved'].map((name) =>
      numberField(fields, name),
    );
    const unit = UNITS.find((name) => name === fields.get('unit'));
    if (limit === undefined || used === undefined || unit === undefined) return [];
    const [owner, name] = ['owner', 'name'].map((field) => stringField(fields, field));
    const resetsAt = stringField(fields, 'resetsAt');
    const taken = used + reserved;
    const reference = referenceTo(owner ?? '', name ?? '');
    return [{ share: taken / limit, unit, taken, limit, name: reference, resetsAt }];
  });
  const [nearest] = known.sort((left, right) => right.share - left.share);
  if (!nearest) return [];
  const { name, unit, taken, limit, resetsAt } = nearest;
  const end = resetsAt === undefined ? '' : `, resets at ${resetsAt}`;
  const [of, all] = [taken, limit].map((amount) => formatAmount(unit, amount));
  return [`nearest limit ${name}: ${of} of ${all} used${end}`];
}
