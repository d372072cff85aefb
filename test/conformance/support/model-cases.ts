/** The model of DynamoDB that the simulation runs on, checked against a real engine. */
import {
  type DynamoDBClient,
  DynamoDBServiceException,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { number } from '../../../adapters/dynamodb-ledger-expressions.ts';
import type { DynamoDbEngine } from '../../../sandbox/engines/dynamodb/dynalite-engine.ts';
import { prepareLedgerTable } from '../../../sandbox/engines/dynamodb/ledger-table.ts';
import { DynamoDbModel } from '../../ledger-simulation/dynamodb/model.ts';
import { type Random, randomOf } from '../../ledger-simulation/random.ts';
import { adapterStep, adaptersOf } from './adapter-history.ts';
import { comparedClient } from './compared-client.ts';
import type { ConformanceEngine } from './engines.ts';
import { rawStep, type Target } from './raw-history.ts';

const STEPS = 40;

/** @param seeds one history each; a failing one is named by the test. */
export function describeModel(of: ConformanceEngine, seeds: readonly number[]): void {
  const { name, returnsItem } = of;
  let engine: DynamoDbEngine;
  beforeAll(async () => {
    engine = await of.start();
  });
  afterAll(() => engine.close());

  describe(`the model answers as ${name} does`, () => {
    const seen = new Map<string, number>();

    const comparedOn = async (table: string) => {
      const endpoint = engine.url.toString();
      await prepareLedgerTable({ endpoint, tableName: table, policyItems: [] });
      const model = new DynamoDbModel({ allOld: returnsItem });
      return comparedClient({ engine: engine.url, of, table, model });
    };

    test('comparisons at their bounds', async () => {
      const table = 'model-bounds';
      const compared = await comparedOn(table);
      try {
        await compareBounds(compared.client, table);
        await compared.compareItems();
        // Of each comparison, some hold and some do not.
        expect(Object.fromEntries(compared.answers)).toEqual({
          'PutItem ok': BOUNDS.length,
          'UpdateItem ok': 18,
          'UpdateItem ConditionalCheckFailedException': 17,
        });
      } finally {
        compared.client.destroy();
      }
    });

    test.each(seeds)('history of seed %i', async (seed) => {
      const table = `model-${seed}`;
      const compared = await comparedOn(table);
      const { client } = compared;
      const target: Target = {
        client,
        table,
        withFaults: !of.departures.includes('late faults'),
        mixesTypes: !of.departures.includes('crash on wrong type'),
      };
      try {
        await play(target, randomOf('model', seed));
        await compared.compareItems();
      } finally {
        client.destroy();
      }
      for (const [kind, count] of compared.answers) seen.set(kind, (seen.get(kind) ?? 0) + count);
    });

    test('the histories met every kind of answer', () => {
      expect([...seen.keys()].sort()).toEqual(KINDS);
    });
  });
}

const KINDS = [
  'BatchGetItem ValidationException',
  'BatchGetItem ok',
  'DeleteItem ConditionalCheckFailedException',
  'DeleteItem ok',
  'GetItem ok',
  'PutItem ConditionalCheckFailedException',
  'PutItem ok',
  'Query ok',
  'UpdateItem ConditionalCheckFailedException',
  'UpdateItem ValidationException',
  'UpdateItem ok',
];

const BOUNDS = [4, 5, 6, 7, 8];
const COMPARISONS = ['= :5', '<> :5', '< :5', '<= :5', '> :5', '>= :5', 'BETWEEN :5 AND :7'];

/** Puts numbers around a bound, then changes each where the comparison holds. */
async function compareBounds(client: DynamoDBClient, TableName: string): Promise<void> {
  const keyOf = (stored: number) => ({ pk: { S: 'bounds' }, sk: { S: `at-${stored}` } });
  for (const stored of BOUNDS) {
    await client.send(
      new PutItemCommand({ TableName, Item: { ...keyOf(stored), c: number(stored) } }),
    );
    for (const comparison of COMPARISONS) {
      const isRange = comparison.includes(':7');
      const update = new UpdateItemCommand({
        TableName,
        Key: keyOf(stored),
        UpdateExpression: 'SET met = if_not_exists(met, :0) + :1',
        ConditionExpression: `c ${comparison}`,
        ExpressionAttributeValues: {
          ':0': number(0),
          ':1': number(1),
          ':5': number(5),
          ...(isRange && { ':7': number(7) }),
        },
      });
      await client.send(update).catch(unlessAnswered);
    }
  }
}

/** A refusal that both agree on is an answer like any other. */
function unlessAnswered(error: unknown): void {
  if (!(error instanceof DynamoDBServiceException)) throw error;
}

async function play(target: Target, random: Random): Promise<void> {
  const adapters = adaptersOf(target.client, target.table);
  for (let i = 0; i < STEPS; i++) {
    const step = random.chance(0.5) ? adapterStep(random, adapters) : rawStep(random, target);
    await step.catch(unlessAnswered);
  }
}
