/**
 * Goal: under one key, no two calls are ever alive at once, and none begins after one was
 * completed, until the record's time is over. Method: random histories of calls that claim, claim
 * again, end and die, whose writes are lost before or after they took effect and delivered again
 * much later.
 */
import type { UpdateItemCommandInput } from '@aws-sdk/client-dynamodb';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { DynamoDbIdempotency } from '../../adapters/dynamodb-idempotency.ts';
import { problemDetails } from '../../core/call/answers/answers.ts';
import type { ClaimWrite, IdempotencyStore } from '../../core/call/idempotency/ports.ts';
import { LedgerUnavailableError } from '../../core/errors.ts';
import { answerOf, clientOver, type Sent } from '../ledger-simulation/dynamodb/client.ts';
import { DynamoDbModel } from '../ledger-simulation/dynamodb/model.ts';

const RUNNING_SECONDS = 50;
const KEPT_SECONDS = 1_000;
const REQUESTS = ['one request', 'another request'];
const answer = problemDetails(
  'invocation_failed',
  { requestId: 'r', timestamp: 't' },
  'said by the test',
);

const lost = fc.constantFrom('no', 'no', 'no', 'before', 'after');
const does = fc.constantFrom('claim', 'claim', 'complete', 'release', 'die');
const action = fc.oneof(
  { weight: 8, arbitrary: fc.record({ does, call: fc.nat(11), lost }) },
  { weight: 2, arbitrary: fc.record({ which: fc.nat(30) }) },
  { weight: 3, arbitrary: fc.record({ seconds: fc.constantFrom(1, 10, 49, 50, 51, 999, 1_000) }) },
);
const history = fc.array(action, { minLength: 10, maxLength: 60, size: 'max' });
type Action = typeof action extends fc.Arbitrary<infer T> ? T : never;

/** The true state, seen from above. */
class World {
  now = 1_000_000;
  readonly begun: string[] = [];
  readonly #model: DynamoDbModel;
  readonly #sent: UpdateItemCommandInput[] = [];
  readonly #store: IdempotencyStore;
  /** Until when a call that was let through may be calling the model. */
  readonly #alive = new Map<number, number>();
  /** Once it is recorded, a call is not reserved again. */
  readonly #ended = new Set<number>();
  /** Until when no call may begin, as one was completed. */
  #closedUntil = 0;
  #lost = 'no';

  constructor(allOld: boolean) {
    this.#model = new DynamoDbModel({ allOld });
    this.#store = new DynamoDbIdempotency(
      clientOver((sent) => this.#deliver(sent)),
      'ledger',
    );
  }

  async #deliver(sent: Sent) {
    if (sent.operation === 'UpdateItem') this.#sent.push(sent.input as UpdateItemCommandInput);
    if (this.#lost === 'before') throw new Error('the request was lost');
    const output = answerOf(this.#model, sent);
    if (this.#lost === 'after') throw new Error('the answer was lost');
    return output;
  }

  async act(step: Action): Promise<void> {
    if ('seconds' in step) this.now += step.seconds;
    else if ('which' in step) this.#redeliver(step.which);
    else {
      this.#lost = step.lost;
      await this.#play(step.call, step.does).catch((error: unknown) => {
        if (!(error instanceof LedgerUnavailableError)) throw error;
      });
      this.#lost = 'no';
    }
  }

  #redeliver(which: number): void {
    const input = this.#sent[which % Math.max(1, this.#sent.length)];
    if (!input) return;
    try {
      this.#model.update(input);
    } catch (error) {
      if (!(error instanceof Error) || !/Conditional/.test(error.name)) throw error;
    }
  }

  async #play(call: number, does: string): Promise<void> {
    const claim = this.#claimOf(call);
    const isAlive = (this.#alive.get(call) ?? 0) > this.now;
    if (this.#ended.has(call)) return;
    if (does === 'claim') return this.#begin(call, claim);
    if (does === 'die' || !isAlive) return;
    this.#alive.delete(call);
    this.#ended.add(call);
    if (does === 'release') {
      await this.#store.release(claim, this.now);
    } else {
      await this.#store.complete(claim, answer, this.now + KEPT_SECONDS);
      this.#closedUntil = this.now + KEPT_SECONDS;
    }
  }

  async #begin(call: number, claim: ClaimWrite): Promise<void> {
    const { outcome } = await this.#store.claim(claim);
    if (outcome !== 'claimed') return;
    expect(this.now).toBeGreaterThanOrEqual(this.#closedUntil);
    const others = [...this.#alive].filter(([other, until]) => other !== call && until > this.now);
    expect(others).toEqual([]);
    this.#alive.set(call, claim.runningUntil);
    this.begun.push(claim.attemptId);
  }

  #claimOf(call: number): ClaimWrite {
    return {
      record: 'record',
      fingerprint: REQUESTS[call % 3 === 2 ? 1 : 0] ?? '',
      attemptId: `attempt ${call}`,
      requestId: `request ${call}`,
      now: this.now,
      runningUntil: this.now + RUNNING_SECONDS,
      expiresAt: this.now + KEPT_SECONDS,
    };
  }

  /** Once everything is over, a call that is new gets the key. */
  async isFreeAtRest(): Promise<boolean> {
    this.now += KEPT_SECONDS;
    return (await this.#store.claim(this.#claimOf(12))).outcome === 'claimed';
  }
}

describe.each([true, false])('with an engine that returns the item it met: %s', (allOld) => {
  test('one call at a time under a key, and none after a completed one', async () => {
    let begun = 0;
    await fc.assert(
      fc.asyncProperty(history, async (steps) => {
        const world = new World(allOld);
        for (const step of steps) await world.act(step);
        begun += world.begun.length;
        expect(await world.isFreeAtRest()).toBe(true);
      }),
      { numRuns: 500 },
    );
    expect(begun).toBeGreaterThan(1_000);
  }, 180_000);
});
