/**
 * Histories as the text of an item: `{"<limit>": [period, settled, at, seconds, use, seconds, use,
 * ...]}`, each sample by its distance from the one before. About 1.3 KB for a limit in use.
 */
import { parseJson } from '../../parse-json.ts';
import { toUnvalidated } from '../../unvalidated.ts';
import type { LimitHistory, OwnerHistory, Sample } from './usage-samples.ts';

/**
 * Limits of one owner, at up to a hundred samples of 22 digits: an item may have 400 KB (DynamoDB
 * quotas, 2026-11).
 */
export const LIMITS_MAX = 150;

export function historyJson(history: OwnerHistory): string {
  const entries = [...history].slice(0, LIMITS_MAX).map(([name, { period, settled, samples }]) => {
    const [first, ...others] = samples;
    const steps = others.flatMap(({ at, total }, i) => {
      const before = samples[i] ?? first;
      return [seconds(at) - seconds(before.at), total - before.total];
    });
    return [name, [period, settled, seconds(first.at), ...steps]];
  });
  return JSON.stringify(Object.fromEntries(entries));
}

const seconds = (at: number): number => Math.floor(at / 1000);

/** Unreadable samples are omitted: they only affect forecasts, and are collected again. */
export function parseHistory(body: string): OwnerHistory {
  const histories = [...toUnvalidated(parseJson(body))].flatMap(([name, value]) => {
    const history = limitHistory(value);
    return history ? [[name, history] as const] : [];
  });
  return new Map(histories);
}

function limitHistory(value: unknown): LimitHistory | undefined {
  if (!Array.isArray(value)) return undefined;
  const [period, ...rest] = value;
  const numbers = rest.filter((each): each is number => Number.isSafeInteger(each));
  const [settled, firstAt, ...steps] = numbers;
  if (typeof period !== 'string' || settled === undefined || firstAt === undefined)
    return undefined;
  if (numbers.length !== rest.length || steps.length % 2 !== 0) return undefined;
  let last: Sample = { at: firstAt * 1000, total: 0 };
  const samples: [Sample, ...Sample[]] = [last];
  for (let i = 0; i < steps.length; i += 2) {
    last = { at: last.at + (steps[i] ?? 0) * 1000, total: last.total + (steps[i + 1] ?? 0) };
    samples.push(last);
  }
  return { period, settled, samples };
}
