import { describe, expect, test } from '@jest/globals';
import prices from '../../../../../core/insight/estimate/aws-prices.json' with { type: 'json' };
import { awsCost, priceSource } from '../../../../../core/insight/estimate/aws-prices.ts';
import { typedEntries } from '../../../../../core/unvalidated.ts';

describe('awsCost', () => {
  test('multiplies whole numbers', () => {
    expect(awsCost('httpApiRequest', 1_000_000n)).toBe(1_000_000_000n);
    expect(awsCost('customMetric', 3n)).toBe(900_000_000n);
  });

  test('counts GB-seconds in MB x ms, and GB in bytes', () => {
    expect(awsCost('lambdaArm64', 1_000_000n * 1024n * 1000n)).toBe(13_333_400_000n);
    expect(awsCost('logsIngested', 2_000_000_000n)).toBe(1_000_000_000n);
  });

  test('rounds up once', () => {
    expect(awsCost('logsIngested', 1n)).toBe(1n);
    expect(awsCost('dynamoDbWrite', 1n)).toBe(625n);
    expect(awsCost('expressDuration', 0n)).toBe(0n);
  });
});

describe('the prices', () => {
  test.each(typedEntries(prices.prices))('%s costs something, and its source is a URL', (item) => {
    const { per, source } = priceSource(item);
    expect(awsCost(item, BigInt(per) * 1_024_000_000_000n)).toBeGreaterThan(0n);
    if (source !== undefined) expect(source).toMatch(/^https:\/\//);
  });

  test('the one without a source says so', () => {
    expect(priceSource('lambdaArm64')).not.toHaveProperty('source');
    expect(priceSource('dynamoDbRead')).toMatchObject({ asOf: '2025-07-21' });
  });
});
