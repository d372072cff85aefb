/** The model of DynamoDB that the simulation runs on, checked against a real engine. */
import { DynamoDBServiceException } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Engine } from '../../../sandbox/dynalite-engine.ts';
import { prepareLedgerTable } from '../../../sandbox/ledger-table.ts';
import { DynamoDbModel } from '../../simulation/dynamodb/model.ts';
import { type Random, randomOf } from '../../simulation/random.ts';
import { adapterStep, adaptersOf } from './adapter-history.ts';
import { comparedClient } from './compared-client.ts';
import type { ConformanceEngine } from './engines.ts';
import { rawStep, type Target } from './raw-history.ts';

const STEPS = 40;

/** @param seeds one history each; a failing one is named by the test. */
export function describeModel(of: ConformanceEngine, seeds: readonly number[]): void {
  const { name, returnsItem } = of;
  let engine: Engine;
  beforeAll(async () => {
    engine = await of.start();
  });
  afterAll(() => engine.close());

  describe(`the model answers as ${name} does`, () => {
    const seen = new Map<string, number>();

    test.each(seeds)('history of seed %i', async (seed) => {
      const table = `model-${seed}`;
      const endpoint = engine.url.toString();
      await prepareLedgerTable({ endpoint, tableName: table, policyItems: [] });
      const model = new DynamoDbModel({ allOld: returnsItem });
      const compared = comparedClient({ engine: engine.url, of, table, model });
      try {
        const { client } = compared;
        const target: Target = {
          client,
          table,
          withFaults: !of.departures.includes('late faults'),
          mixesTypes: !of.departures.includes('crash on wrong type'),
        };
        await play(target, randomOf('model', seed));
        await compared.compareItems();
      } finally {
        compared.client.destroy();
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

async function play(target: Target, random: Random): Promise<void> {
  const adapters = adaptersOf(target.client, target.table);
  for (let i = 0; i < STEPS; i++) {
    const step = random.chance(0.5) ? adapterStep(random, adapters) : rawStep(random, target);
    // A refusal that both agree on is an answer like any other.
    await step.catch((error: unknown) => {
      if (!(error instanceof DynamoDBServiceException)) throw error;
    });
  }
}
