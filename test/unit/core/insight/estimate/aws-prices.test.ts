import { describe, expect, test } from '@jest/globals';
import prices from '../../../../../core/insight/estimate/aws-prices.json' with { type: 'json' };
import { awsCost, priceSource } from '../../../../../core/insight/estimate/aws-prices.ts';
import { typedEntries } from '../../../../../core/unvalidated.ts';

const EAST = 'us-east-1';

describe('awsCost', () => {
  test('multiplies whole numbers', () => {
    expect(awsCost('httpApiRequest', EAST, 1_000_000n)).toBe(1_000_000_000n);
    expect(awsCost('customMetric', EAST, 3n)).toBe(900_000_000n);
  });

  test('counts GB-seconds in MB x ms, and GB in bytes', () => {
    expect(awsCost('lambdaArm64', EAST, 1_000_000n * 1024n * 1000n)).toBe(13_333_400_000n);
    expect(awsCost('logsIngested', EAST, 2_000_000_000n)).toBe(1_000_000_000n);
  });

  test('rounds up once', () => {
    expect(awsCost('logsIngested', EAST, 1n)).toBe(1n);
    expect(awsCost('dynamoDbWrite', EAST, 1n)).toBe(625n);
    expect(awsCost('expressDuration', EAST, 0n)).toBe(0n);
  });

  test('has the price of the region, and where none is known no zero', () => {
    // USD 0.7625 for a million write units.
    expect(awsCost('dynamoDbWrite', 'eu-central-1', 4n)).toBe(3_050n);
    expect(awsCost('dashboard', 'eu-central-1', 1n)).toBe(3_000_000_000n);
    for (const region of ['me-central-1', 'constructor', '']) {
      expect(awsCost('dynamoDbWrite', region, 1n)).toBeUndefined();
      expect(priceSource('dynamoDbWrite', region)).not.toHaveProperty('usd');
    }
  });
});

describe('the prices', () => {
  const all = typedEntries(prices.prices).flatMap(([item]) =>
    Object.keys(prices.prices[item].regions).map((region) => [item, region] as const),
  );

  test.each(all)('%s in %s costs something, and its source is AWS with a date', (item, region) => {
    const { per, source, asOf } = priceSource(item, region);
    expect(awsCost(item, region, BigInt(per) * 1_024_000_000_000n)).toBeGreaterThan(0n);
    expect(source).toMatch(/^https:\/\/(?:pricing\.us-east-1\.amazonaws|aws\.amazon)\.com\//);
    expect(asOf).toMatch(/^2026-\d\d(?:-\d\d)?$/);
  });

  test('every item has a price in us-east-1', () => {
    for (const [item] of typedEntries(prices.prices)) {
      expect(priceSource(item, EAST).usd).toMatch(/^\d+\.\d+$/);
    }
  });

  test('are found in the offer file of their region', () => {
    expect(priceSource('dynamoDbRead', 'eu-central-1')).toMatchObject({
      usd: '0.1525',
      source:
        'https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/AmazonDynamoDB/current/eu-central-1/index.json',
    });
  });
});
