/** Answers to requests: what came of them, and what they cost. */
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
      make('summary', '', 'The whole answer'),
      make('pre', '', JSON.stringify(body, undefined, 2)),
    ),
  );
}

/** How many ended how, and what they cost together. */
export function showAnswers(container: Element, answers: readonly Answer[]): void {
  const counted = new Map<string, { tone: Tone; count: number }>();
  for (const answer of answers) {
    const outcome = `${answer.status} ${outcomeOf(answer)}`;
    const count = (counted.get(outcome)?.count ?? 0) + 1;
    counted.set(outcome, { tone: toneOf(answer.status), count });
  }
  const cost = answers.reduce((sum, { body }) => sum + BigInt(nanoUsdOf(body)), 0n);
  container.replaceChildren(
    make('p', '', `${answers.length} requests, USD ${formatUsd(cost)} together:`),
    ...[...counted].map(([outcome, { tone, count }]) =>
      make('p', '', pill(outcome, tone), ` × ${count}`),
    ),
  );
}

/** A denial is the sentry at work, so it is no failure. */
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
    fallback === '' ? '' : `Instead of ${fallback}, whose part of the limit is used up.`,
  ];
}

function refusal(body: unknown): readonly string[] {
  const limit = at(body, 'limit');
  const detail = textAt(body, 'detail');
  const resetsAt = moment(textAt(limit, 'resetsAt'));
  return [
    [textAt(body, 'title'), detail].filter((part) => part !== '').join(': '),
    limit === undefined
      ? ''
      : `Limit ${textAt(limit, 'owner')}/${textAt(limit, 'name')}, open again at ${resetsAt}.`,
    textAt(body, 'code') === 'unauthenticated'
      ? 'This page does not sign: choose a token under “Call as”, or sign with the curl command below.'
      : '',
    ...listAt(body, 'errors')
      .map((error) => `${textAt(error, 'path')}: ${textAt(error, 'message')}`)
      .filter((line) => !detail.includes(line)),
    at(body, 'upstream') === undefined
      ? ''
      : `${textAt(body, 'upstream', 'name')}: ${textAt(body, 'upstream', 'message')}`,
  ];
}
