import { describe, expect, test } from '@jest/globals';
import { type ReportedUsage, readUsage } from '../../../../../core/call/model/reported-usage.ts';

const FACTS = {
  hasContent: true,
  price: { cacheWrite: 125n, cacheWrite1h: 200n },
  cachesOneHour: false,
};
const read = (reported: ReportedUsage | undefined, facts: Partial<typeof FACTS> = {}) =>
  readUsage(reported, { ...FACTS, ...facts });

const counts = (input: number, output: number, read = 0, write = 0, oneHour = 0) => ({
  inputTokens: input,
  outputTokens: output,
  cacheReadInputTokens: read,
  cacheWriteInputTokens: write,
  cacheWrite1hInputTokens: oneHour,
});

const one = { inputTokens: 1, outputTokens: 1 };

describe('a report that is complete', () => {
  test.each<[string, ReportedUsage, ReturnType<typeof counts>]>([
    ['of two counts', { inputTokens: 10, outputTokens: 5 }, counts(10, 5)],
    ['with its total', { inputTokens: 10, outputTokens: 5, totalTokens: 15 }, counts(10, 5)],
    [
      'of cached input alone',
      { inputTokens: 0, outputTokens: 5, cacheReadInputTokens: 7 },
      counts(0, 5, 7),
    ],
    [
      'with its cache writes by time to live',
      {
        ...one,
        cacheWriteInputTokens: 30,
        cacheDetails: [
          { ttl: '5m', inputTokens: 10 },
          { ttl: '1h', inputTokens: 20 },
        ],
        totalTokens: 32,
      },
      counts(1, 1, 0, 30, 20),
    ],
  ])('%s is taken as it is', (_, reported, usage) => {
    expect(read(reported)).toEqual({ usage, isExact: true });
  });

  test('may count no output where the answer has no content', () => {
    const reading = read({ inputTokens: 10, outputTokens: 0 }, { hasContent: false });
    expect(reading).toEqual({ usage: counts(10, 0), isExact: true });
  });
});

describe('a report without a consistent reading', () => {
  test.each<[string, ReportedUsage | undefined]>([
    ['that is missing', undefined],
    ['that is empty', {}],
    ['without input', { outputTokens: 5 }],
    ['without output', { inputTokens: 10 }],
    ['of nulls', { inputTokens: null, outputTokens: null }],
    ['of negative input', { inputTokens: -10, outputTokens: 5 }],
    ['of negative output', { inputTokens: 10, outputTokens: -5 }],
    ['of a negative cache read', { inputTokens: 10, outputTokens: 5, cacheReadInputTokens: -7 }],
    ['of a negative cache write', { inputTokens: 10, outputTokens: 5, cacheWriteInputTokens: -7 }],
    ['of zeros with an answer', { inputTokens: 0, outputTokens: 0 }],
    ['of no output with an answer', { inputTokens: 10, outputTokens: 0, totalTokens: 10 }],
    ['of no input', { inputTokens: 0, outputTokens: 5 }],
    ['of texts', { inputTokens: '10', outputTokens: '5' }],
    ['of no numbers', { inputTokens: Number.NaN, outputTokens: Number.POSITIVE_INFINITY }],
    ['of more than can be counted', { inputTokens: 2 ** 53, outputTokens: 5 }],
    ['of a sum that cannot be counted', { inputTokens: 2 ** 53 - 1, outputTokens: 5 }],
    [
      'of unreadable cache details alone',
      { inputTokens: 10, outputTokens: 5, cacheDetails: [{ ttl: '1h', inputTokens: -1 }] },
    ],
  ])('%s has none', (_, reported) => {
    expect(read(reported)).toEqual({ isExact: false });
  });
});

describe('a report that contradicts itself', () => {
  test.each<[string, ReportedUsage, ReturnType<typeof counts>]>([
    ['fractions are rounded up', { inputTokens: 9.2, outputTokens: 4.5 }, counts(10, 5)],
    [
      'a total above its parts is output',
      { inputTokens: 10, outputTokens: 5, totalTokens: 40 },
      counts(10, 30),
    ],
    ['a total fills in the output', { inputTokens: 10, totalTokens: 15 }, counts(10, 5)],
    ['a total fills in the input', { outputTokens: 5, totalTokens: 15 }, counts(10, 5)],
    [
      'a total cannot replace the output of an answer',
      { inputTokens: 10, outputTokens: 0, totalTokens: 15 },
      counts(10, 5),
    ],
    [
      'a split without its sum counts',
      { ...one, cacheDetails: [{ ttl: '1h', inputTokens: 20 }] },
      counts(1, 1, 0, 20, 20),
    ],
    [
      'a split above its sum counts',
      { ...one, cacheWriteInputTokens: 5, cacheDetails: [{ ttl: '5m', inputTokens: 20 }] },
      counts(1, 1, 0, 20, 0),
    ],
    [
      'what a split leaves out is an hour',
      { ...one, cacheWriteInputTokens: 50, cacheDetails: [{ ttl: '5m', inputTokens: 20 }] },
      counts(1, 1, 0, 50, 30),
    ],
    [
      'a sum with an unreadable split is an hour',
      { ...one, cacheWriteInputTokens: 50, cacheDetails: 'none' },
      counts(1, 1, 0, 50, 50),
    ],
  ])('%s', (_, reported, usage) => {
    expect(read(reported)).toEqual({ usage, isExact: false });
  });

  test('cache writes without a split are an hour where the call asked for one', () => {
    const reported = { ...one, cacheWriteInputTokens: 50 };
    expect(read(reported).usage).toEqual(counts(1, 1, 0, 50, 0));
    expect(read(reported, { cachesOneHour: true })).toEqual({
      usage: counts(1, 1, 0, 50, 50),
      isExact: false,
    });
  });

  test('a lifetime that is neither five minutes nor an hour is priced as an hour', () => {
    const cacheDetails = [{ ttl: '24h', inputTokens: 20 }];
    const reported = { ...one, cacheWriteInputTokens: 20, cacheDetails };
    expect(read(reported).usage).toEqual(counts(1, 1, 0, 20, 20));
  });
});
