/**
 * What failed calls leave behind. Method: the real steps and ledger over the
 * model of DynamoDB, in virtual time; the sizes and write units are those of the model's items.
 */
import { describe, expect, test } from '@jest/globals';
import { DynamoDbIdempotency } from '../../adapters/dynamodb-idempotency.ts';
import { itemBytes } from '../../adapters/dynamodb-item-size.ts';
import { DynamoDbLedger } from '../../adapters/dynamodb-ledger.ts';
import type { ConverseResult } from '../../core/call/model/ports.ts';
import { reserveBudget } from '../../core/call/steps/reserve-budget.ts';
import { validateAndSetContext } from '../../core/call/steps/validate-and-set-context.ts';
import { expireReservations } from '../../core/ledger/expire.ts';
import { answerOf, clientOver } from '../simulation/dynamodb/client.ts';
import { DynamoDbModel } from '../simulation/dynamodb/model.ts';
import { answered, type CallHarness, callHarnessOn, request } from '../support/call-harness.ts';
import type { TestLedger } from '../support/ledger.ts';
import { ManualClock } from '../support/ledger.ts';
import { configWith, policyOf } from '../support/policy.ts';

const CALLS = 3_000;
/** Of those that leave nothing, fewer show as much. */
const RECORDED_CALLS = 500;
const SPAN_MS = 1_200_000;
const SWEEP_EVERY_MS = 60_000;
const BYTES_MAX = 32_768;
const UNIT_BYTES = 1_024;

const limits = ['usd', 'tokens', 'requests'].map((unit) => ({
  name: `monthly-${unit}`,
  window: 'month',
  unit,
  amount: 1_000_000,
}));
const center = { model: 'haiku', models: ['haiku'], applications: ['faq'], limits };

class Deployment {
  readonly clock = new ManualClock();
  readonly harness: CallHarness;
  #units = 0;
  readonly #model: DynamoDbModel;

  constructor() {
    this.clock.set('2026-11-23T14:05:00.000Z');
    this.#model = new DynamoDbModel({
      allOld: true,
      onWrite: (_key, before, after) => {
        const bytes = Math.max(before ? itemBytes(before) : 0, after ? itemBytes(after) : 0);
        this.#units += Math.max(1, Math.ceil(bytes / UNIT_BYTES));
      },
    });
    const client = clientOver(async (sent) => answerOf(this.#model, sent));
    const ledger = new DynamoDbLedger(client, 'ledger', this.clock);
    const policy = policyOf(
      configWith({
        cost_centers: { retail: center, other: center },
        organization: { limits: limits.slice(0, 1) },
      }),
    );
    this.harness = callHarnessOn({ ledger, clock: this.clock, client } as TestLedger, policy);
    Object.assign(this.harness.ports, { idempotency: new DynamoDbIdempotency(client, 'ledger') });
  }

  largestItem(): number {
    return Math.max(...this.#model.items().map(itemBytes));
  }

  /** Write units of one call of another cost center. */
  async unitsOfOther(): Promise<number> {
    const before = this.#units;
    this.harness.script = [answered()];
    const tags = { applicationId: 'faq', costCenter: 'other', environment: 'production' };
    const { status } = await this.harness.run(request({ tags }));
    if (status !== 'succeeded') throw new Error(`the other cost center got ${status}`);
    return this.#units - before;
  }

  /** Reserves, and never comes back. */
  async killed(): Promise<void> {
    const valid = await validateAndSetContext(this.harness.ports, request());
    if (valid.status !== 'valid') throw new Error('not valid');
    const endsBy = this.clock.now() + 30_000;
    await reserveBudget(this.harness.ports, valid, { isRepeat: false, endsBy });
  }

  async sweep(): Promise<void> {
    const { ledger } = this.harness.ports;
    await expireReservations(ledger, this.clock, this.harness.policy, Number.MAX_SAFE_INTEGER);
  }

  async fail(calls: number, once: () => Promise<unknown>): Promise<number> {
    let largest = 0;
    let sweptAt = this.clock.now();
    for (let call = 0; call < calls; call++) {
      await once();
      this.clock.at += SPAN_MS / calls;
      if (this.clock.at - sweptAt < SWEEP_EVERY_MS) continue;
      sweptAt = this.clock.at;
      largest = Math.max(largest, this.largestItem());
      await this.sweep();
    }
    return Math.max(largest, this.largestItem());
  }
}

const failing = (name: string): ConverseResult => ({
  outcome: 'failed',
  failure: { name, message: 'said by the test' },
});

describe('after failed calls for 20 minutes', () => {
  test.each([
    ['refused', 'AccessDeniedException'],
    ['without capacity', 'ServiceUnavailableException'],
    ['timed out', 'DeadlineExceeded'],
    ['of unknown outcome', 'InternalServerException'],
  ])(
    '%s, nothing is left, and others pay what they paid',
    async (_, name) => {
      const deployment = new Deployment();
      const units = await deployment.unitsOfOther();
      deployment.harness.script = [failing(name)];
      const largest = await deployment.fail(RECORDED_CALLS, () =>
        deployment.harness.run(request()),
      );
      expect(largest).toBeLessThan(2_048);
      expect(await deployment.unitsOfOther()).toBe(units);
    },
    120_000,
  );

  test('whose functions were killed, items are small and others are served', async () => {
    const deployment = new Deployment();
    const largest = await deployment.fail(CALLS, () => deployment.killed());
    expect(largest).toBeLessThan(BYTES_MAX);
    // The organization's item has the 400 reservations that one cost center may have in it.
    expect(await deployment.unitsOfOther()).toBeLessThan(60);
    deployment.clock.at += 900_000;
    await deployment.sweep();
    expect(await deployment.unitsOfOther()).toBe(4);
  }, 120_000);
});
