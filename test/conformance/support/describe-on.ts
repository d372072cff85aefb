/** Tests with a ledger table on one of the engines. */
import { afterAll, beforeAll, describe } from '@jest/globals';
import type { DynamoDbEngine } from '../../../sandbox/engines/dynamodb/dynalite-engine.ts';
import { openLedger, type TestLedger } from '../../support/ledger.ts';
import type { ConformanceEngine } from './engines.ts';

/** @param cases declares the tests; the table is there once they run. */
export function describeOn(
  of: ConformanceEngine,
  what: string,
  cases: (table: () => TestLedger) => void,
): void {
  describe(`${what} on ${of.name}`, () => {
    let engine: DynamoDbEngine;
    let table: TestLedger;
    beforeAll(async () => {
      engine = await of.start();
      table = await openLedger(engine.url);
    });
    afterAll(async () => {
      await table.close();
      await engine.close();
    });
    cases(() => table);
  });
}
