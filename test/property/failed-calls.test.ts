/**
 * Effects of failed calls on the ledger. Method: the real steps and ledger over the
 * model of DynamoDB, in virtual time; the sizes and write units are those of the model's items.
 */
import { describe, expect, test } from '@jest/globals';
import { DynamoDbIdempotency } from '../../adapters/dynamodb-idempotency.ts';
import { itemBytes } from '../../adapters/dynamodb-item-size.ts';
import { DynamoDbLedger } from '../../adapters/dynamodb-ledger.ts';
import { invokeModel } from '../../core/call/steps/invoke-model.ts';
import { recordOutcome } from '../../core/call/steps/record-outcome.ts';
import { reserveBudget } from '../../core/call/steps/reserve-budget.ts';
import type { ReserveOutcome, ValidCall } from '../../core/call/steps/state.ts';
import { validateAndSetContext } from '../../core/call/steps/validate-and-set-context.ts';
import { expireReservations } from '../../core/ledger/expire-lease.ts';
import { prune } from '../../core/ledger/prune.ts';
import { answerOf, clientOver } from '../ledger-simulation/dynamodb/client.ts';
import { DynamoDbModel } from '../ledger-simulation/dynamodb/model.ts';
import {
  answered,
  type CallHarness,
  callHarnessOn,
  failedWith,
  request,
} from '../support/call-harness.ts';
import { ManualClock, type TestLedger } from '../support/ledger.ts';
import { configWith, policyOf } from '../support/policy.ts';

const CALLS = 10_000;
const SPAN_MS = 1_200_000;
const SWEEP_EVERY_MS = 60_000;
const MINUTES = SPAN_MS / SWEEP_EVERY_MS;
/** A lease of 420 s, and two sweeps. */
const RESTRICTED_FROM_MINUTE = 10;
const BYTES_MAX = 32_768;
const UNIT_BYTES = 1_024;
const TIMEOUT_MS = 600_000;

const OUTAGE_CALLS = 400;

/** Of the API's and the service's own errors, and of the client's; not read from the rules. */
const DID_NOT_RUN = [
  'NotSent',
  'CredentialsProviderError',
  'DeadlineBeforeCall',
  'ReservationEnded',
  'ReservationUnknown',
  'ValidationException',
  'ValidationError',
  'SerializationException',
  'RequestEntityTooLargeException',
  'AccessDeniedException',
  'ResourceNotFoundException',
  'UnrecognizedClientException',
  'InvalidClientTokenId',
  'InvalidClientTokenIdException',
  'MissingAuthenticationToken',
  'MissingAuthenticationTokenException',
  'IncompleteSignature',
  'IncompleteSignatureException',
  'NotAuthorized',
  'OptInRequired',
  'SubscriptionRequiredException',
  'FTUFormNotFilled',
  'UnknownOperationException',
  'InvalidSignatureException',
  'SignatureDoesNotMatch',
  'RequestExpired',
  'RequestTimeTooSkewed',
  'ExpiredToken',
  'ExpiredTokenException',
  'ThrottlingException',
  'Throttling',
  'TooManyRequestsException',
  'ModelNotReadyException',
  'ServiceUnavailableException',
  'ServiceUnavailable',
  'ServiceQuotaExceededException',
];
const MAY_HAVE_RUN = [
  'DeadlineExceeded',
  'ConnectionLost',
  'MalformedAnswer',
  'ModelTimeoutException',
  'ModelErrorException',
  'ModelStreamErrorException',
  'InternalServerException',
  'InternalFailure',
  'AnErrorThatNobodyKnows',
];

const monthly = (units: readonly string[]) =>
  units.map((unit) => ({ name: `monthly-${unit}`, window: 'month', unit, amount: 1_000_000 }));

class Deployment {
  readonly clock = new ManualClock();
  readonly harness: CallHarness;
  /** The largest item so far. */
  largest = 0;
  #units = 0;
  #valid: ValidCall | undefined;
  #calls = 0;

  constructor(units: readonly string[], over: Record<string, unknown> = {}) {
    this.clock.set('2026-11-23T14:05:00.000Z');
    const model = new DynamoDbModel({
      allOld: true,
      onWrite: (_key, before, after) => {
        const bytes = Math.max(before ? itemBytes(before) : 0, after ? itemBytes(after) : 0);
        this.largest = Math.max(this.largest, bytes);
        this.#units += Math.max(1, Math.ceil(bytes / UNIT_BYTES));
      },
    });
    const client = clientOver(async (sent) => answerOf(model, sent));
    const ledger = new DynamoDbLedger(client, 'ledger', this.clock);
    const limits = monthly(units);
    const center = { model: 'haiku', models: ['haiku'], applications: ['faq'], limits };
    const policy = policyOf(
      configWith({
        cost_centers: { retail: center, other: center },
        organization: { limits },
        ...over,
      }),
    );
    this.harness = callHarnessOn({ ledger, clock: this.clock, client } as TestLedger, policy);
    Object.assign(this.harness.ports, { idempotency: new DynamoDbIdempotency(client, 'ledger') });
  }

  /** Write units of one call of a cost center that has no failures. */
  async unitsOf(costCenter: string): Promise<number> {
    const before = this.#units;
    const { script } = this.harness;
    this.harness.script = [answered()];
    const tags = { applicationId: 'faq', costCenter, environment: 'production' };
    const { status, answer } = await this.harness.run(request({ tags }));
    this.harness.script = script;
    if (status !== 'succeeded') throw new Error(`${costCenter} got ${JSON.stringify(answer)}`);
    return this.#units - before;
  }

  /** Reserves, and does not complete. */
  async killed(): Promise<ReserveOutcome> {
    this.#valid ??= await this.#validCall();
    const id = `10000000-0000-4000-8000-${String(++this.#calls).padStart(12, '0')}`;
    const tags = { ...this.#valid.tags, requestId: id };
    const call = { ...this.#valid, tags, attemptId: id };
    const run = { isRepeat: false, endsBy: this.clock.now() + 30_000 };
    return reserveBudget(this.harness.ports, call, run);
  }

  /** Runs all steps; the model fails. */
  async failed(): Promise<void> {
    const reserved = await this.killed();
    if (reserved.status !== 'approved') throw new Error(JSON.stringify(reserved.answer));
    const { ports } = this.harness;
    const { status } = await recordOutcome(
      ports,
      await invokeModel(ports, reserved, this.clock.now() + 60_000),
    );
    if (status !== 'failed') throw new Error(`the call has ${status}`);
  }

  async #validCall(): Promise<ValidCall> {
    const valid = await validateAndSetContext(this.harness.ports, request());
    if (valid.status !== 'valid') throw new Error(JSON.stringify(valid.answer));
    return valid;
  }

  async sweep(): Promise<void> {
    const { policy, ports } = this.harness;
    const now = this.clock.now();
    const { accounts } = await expireReservations(ports.ledger, this.clock, policy, now + 1);
    await prune(ports.ledger, policy, accounts, now, new Set());
  }

  /** @param look at the end of each minute, before the sweep. */
  async fail(
    calls: number,
    once: () => Promise<unknown>,
    look: (minute: number) => Promise<void>,
  ): Promise<void> {
    const startedAt = this.clock.now();
    let minute = 0;
    for (let call = 1; call <= calls; call++) {
      await once();
      this.clock.at = startedAt + Math.floor((SPAN_MS * call) / calls);
      if (this.clock.at - startedAt < SWEEP_EVERY_MS * (minute + 1)) continue;
      minute += 1;
      await look(minute);
      await this.sweep();
    }
  }
}

const KINDS = [
  ['refused', 'AccessDeniedException'],
  ['timed out', 'DeadlineExceeded'],
  ['of unknown outcome', 'InternalServerException'],
] as const;

/** With those of the cost center and the organization: two shared items. */
const LIMITS_OF_MODEL = {
  models: {
    haiku: { model_id: 'us.anthropic.claude-haiku-4-5-20251001-v1:0', limits: monthly(['usd']) },
  },
};

describe('failed calls of a cost center in 20 minutes', () => {
  test.each(KINDS)(
    '10,000, %s: nothing is left, and others pay what they paid',
    async (_, name) => {
      const deployment = new Deployment(['usd']);
      const units = await deployment.unitsOf('other');
      deployment.harness.script = [failedWith(name)];
      const after: number[] = [];
      await deployment.fail(
        CALLS,
        () => deployment.failed(),
        async () => void after.push(await deployment.unitsOf('other')),
      );
      expect(after).toEqual(Array.from({ length: MINUTES }, () => units));
      expect(deployment.largest).toBeLessThan(UNIT_BYTES);
    },
    TIMEOUT_MS,
  );

  test(
    '10,000 whose functions were killed: others are served and pay at most twice as much',
    async () => {
      const deployment = new Deployment(['usd', 'tokens', 'requests'], LIMITS_OF_MODEL);
      const before = await deployment.unitsOf('other');
      const served: number[] = [];
      const outcomes = new Set<string>();
      await deployment.fail(
        CALLS,
        async () => void outcomes.add((await deployment.killed()).status),
        async () => void served.push(await deployment.unitsOf('other')),
      );
      expect([...outcomes]).toEqual(['approved', 'denied']);
      expect(served).toHaveLength(MINUTES);
      expect(deployment.largest).toBeLessThan(BYTES_MAX);
      // Until the first leases end, 400 calls in flight look like any others.
      expect(Math.max(...served.slice(RESTRICTED_FROM_MINUTE))).toBeLessThanOrEqual(2 * before);
      // At rest again, the cost center has what it had.
      deployment.clock.at += 3_600_000;
      await deployment.sweep();
      expect(await deployment.unitsOf('other')).toBe(before);
      expect(await deployment.unitsOf('retail')).toBe(before);
    },
    TIMEOUT_MS,
  );
});

describe('in an outage, 400 calls', () => {
  const counters = async (deployment: Deployment) => {
    const accounts = ['account#costCenter#retail#0', 'account#organization#0'];
    const found = await deployment.harness.ports.ledger.read(accounts);
    return accounts.flatMap((account) => [...(found.get(account)?.values() ?? [])]);
  };

  test(
    'cost nothing where the model did not run',
    async () => {
      const deployment = new Deployment(['usd', 'requests']);
      for (const name of DID_NOT_RUN) {
        deployment.harness.script = [failedWith(name)];
        for (let call = 0; call < OUTAGE_CALLS; call++) await deployment.failed();
        const spent = await counters(deployment);
        const nothing = spent.map(() => ({ committed: 0, settled: 0 }));
        expect({ name, spent }).toEqual({ name, spent: nothing });
        expect(spent).toHaveLength(4);
      }
    },
    TIMEOUT_MS,
  );

  test(
    'cost their worst case once, and at once, where the model may have run',
    async () => {
      const deployment = new Deployment(['requests']);
      let calls = 0;
      for (const name of MAY_HAVE_RUN) {
        deployment.harness.script = [failedWith(name)];
        for (let call = 0; call < OUTAGE_CALLS; call++) await deployment.failed();
        calls += OUTAGE_CALLS;
        const all = { committed: calls, settled: calls };
        expect({ name, spent: await counters(deployment) }).toEqual({ name, spent: [all, all] });
      }
    },
    TIMEOUT_MS,
  );
});

test('the names of 200 cost centers do not stay in the item of the organization', async () => {
  const limits = monthly(['usd']);
  const names = Array.from({ length: 200 }, (_, at) => `cost-center-${at}`);
  const center = { model: 'haiku', models: ['haiku'], applications: ['faq'], limits };
  const cost_centers = Object.fromEntries(names.map((name) => [name, center]));
  const deployment = new Deployment(['usd'], { cost_centers });
  for (const name of names) await deployment.unitsOf(name);
  expect(deployment.largest).toBeGreaterThan(3 * UNIT_BYTES);
  await deployment.sweep();
  expect(await deployment.unitsOf('cost-center-7')).toBe(4);
});
