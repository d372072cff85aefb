/** Shows responses: their outcome and cost. */
import { formatUsd } from '../../core/money.ts';
import type { Answer } from './api.ts';
import { make, pill, type Tone } from './dom.ts';
import { at, listAt, moment, numberAt, textAt } from './values.ts';

export function showAnswer(container: Element, answer: Answer): void {
  const { status, body } = answer;
  const lines = status === 200 ? success(body) : refusal(body);
  container.replaceChildren(
    make('p', '', pill(`${status} ${outcomeOf(answer)}`, toneOf(status)), ` ${chargeOf(body)}`),
    ...lines.filter((line) => line !== '').map((line) => make('p', '', line)),
    make(
      'details',
      '',
      make('summary', '', 'Full response'),
      make('pre', '', JSON.stringify(body, undefined, 2)),
    ),
  );
}

/** Counts responses by outcome, with their total cost. */
export function showAnswers(container: Element, answers: readonly Answer[]): void {
  const counted = new Map<string, { tone: Tone; count: number; detail: string }>();
  for (const answer of answers) {
    const outcome = `${answer.status} ${outcomeOf(answer)}`;
    const count = (counted.get(outcome)?.count ?? 0) + 1;
    const { status, body } = answer;
    counted.set(outcome, { tone: toneOf(status), count, detail: textAt(body, 'detail') });
  }
  const cost = answers.reduce((sum, { body }) => sum + BigInt(nanoUsdOf(body)), 0n);
  container.replaceChildren(
    make('p', '', `${answers.length} requests, USD ${formatUsd(cost)} total:`),
    ...[...counted].map(([outcome, { tone, count, detail }]) =>
      make('p', '', pill(outcome, tone), ` × ${count}`, make('div', 'soft', detail)),
    ),
  );
}

/** A denial is expected behavior, not a failure. */
function toneOf(status: number): Tone {
  if (status === 200) return 'good';
  return status === 429 ? 'near' : 'bad';
}

const outcomeOf = ({ status, body }: Answer): string =>
  status === 200 ? textAt(body, 'outcome') : textAt(body, 'code') || textAt(body, 'message');

const nanoUsdOf = (body: unknown): number =>
  numberAt(body, 'cost', 'nanoUsd') || numberAt(body, 'charged', 'nanoUsd');

function chargeOf(body: unknown): string {
  if (at(body, 'cost') !== undefined) {
    const reserved = formatUsd(numberAt(body, 'cost', 'reservedNanoUsd'));
    return `cost USD ${textAt(body, 'cost', 'amount')}, reserved USD ${reserved}`;
  }
  return at(body, 'charged') === undefined ? '' : `charged USD ${formatUsd(nanoUsdOf(body))}`;
}

function success(body: unknown): readonly string[] {
  const text = listAt(body, 'message', 'content')
    .map((block) => textAt(block, 'text'))
    .join('');
  const [input, output] = [
    textAt(body, 'usage', 'inputTokens'),
    textAt(body, 'usage', 'outputTokens'),
  ];
  const fallback = textAt(body, 'fallbackFrom');
  return [
    `${textAt(body, 'model')}: ${text}`,
    `${input} tokens in, ${output} out; stopped by ${textAt(body, 'stopReason')}`,
    fallback === '' ? '' : `Used instead of ${fallback}, whose part of the limit is used up.`,
  ];
}

/** `sales` of `costCenter#sales`. */
const ownerOf = (limit: unknown): string => textAt(limit, 'owner').replace(/^costCenter#/, '');

function refusal(body: unknown): readonly string[] {
  const limit = at(body, 'limit');
  const detail = textAt(body, 'detail');
  const resetsAt = textAt(limit, 'resetsAt');
  const resets = resetsAt === '' ? 'never resets' : `resets at ${moment(resetsAt)}`;
  return [
    [textAt(body, 'title'), detail].filter((part) => part !== '').join(': '),
    limit === undefined ? '' : `Limit ${ownerOf(limit)}/${textAt(limit, 'name')} ${resets}.`,
    textAt(body, 'code') === 'unauthenticated'
      ? 'This page cannot sign: select a token under “Call as”, or sign with the curl command ' +
        'below.'
      : '',
    ...listAt(body, 'errors')
      .map((error) => `${textAt(error, 'path')}: ${textAt(error, 'message')}`)
      .filter((line) => !detail.includes(line)),
    at(body, 'upstream') === undefined
      ? ''
      : `${textAt(body, 'upstream', 'name')}: ${textAt(body, 'upstream', 'message')}`,
  ];
}
