/**
 * Goodput: many callers at once, one call each, on a limit worth the worst cases of fewer. A denied
 * caller repeats its call when `Retry-After` says, until what is used denies it. Compared with the
 * best case, in which every call starts the moment that it fits.
 */
import { DynamoDbLedger } from '../../../adapters/dynamodb-ledger.ts';
import { limitExceeded } from '../../../core/call/answers/limit-exceeded.ts';
import type { LedgerStore } from '../../../core/ledger/ports.ts';
import { reserve } from '../../../core/ledger/reserve.ts';
import { settle } from '../../../core/ledger/settle.ts';
import { randomOf } from '../../ledger-simulation/random.ts';
import { Scheduler } from '../../ledger-simulation/scheduler.ts';
import { reserveRequestOf } from './contenders.ts';
import { type Call, callAsking, SCOPE, START, type Traffic, trafficOf } from './traffic.ts';
import { MeteredTable } from './virtual.ts';

export interface GoodputRun {
  readonly seed: number;
  readonly callers: number;
  /** The limit, in worst cases of a call. */
  readonly worth: number;
  /** Mean length of a call. */
  readonly callSeconds: number;
}

/** Times are in mean lengths of a call. */
export interface Goodput extends GoodputRun {
  /** Calls that fit in the best case. */
  readonly fit: number;
  readonly served: number;
  readonly servedAtOnce: number;
  /** When the half and the last of the served calls began. */
  readonly halfAfter: number;
  readonly lastAfter: number;
  readonly bestLastAfter: number;
  /** The longest that a call was not served although its worst case fitted. */
  readonly longestWait: number;
  readonly overshootNanoUsd: number;
  /** Whether a call that fits is left when all callers have ended. */
  readonly leavesWhatFits: boolean;
  readonly writesPerServed: number;
}

const LIMIT_USD = 10;

/** Places for one more call, and for how long each has been open while a caller waits. */
class OpenPlaces {
  longest = 0;
  readonly #since: number[] = [];

  set(open: number, now: number): void {
    while (this.#since.length < open) this.#since.push(now);
    for (const since of this.#since.splice(0, this.#since.length - open)) {
      this.longest = Math.max(this.longest, now - since);
    }
  }
}

/** True amounts, which the ledger does not see. */
class Progress {
  readonly places = new OpenPlaces();
  readonly startedAt: number[] = [];
  settled = 0;
  #inFlight = 0;
  readonly #limit: number;
  readonly #worst: number;
  #waiting: number;

  constructor(limit: number, worst: number, callers: number) {
    this.#limit = limit;
    this.#worst = worst;
    this.#waiting = callers;
  }

  get left(): number {
    return Math.floor((this.#limit - this.settled) / this.#worst) - this.#inFlight;
  }

  start(now: number): void {
    this.startedAt.push(now);
    this.#inFlight += 1;
    this.leave(now);
  }

  /** The caller does not wait any more. */
  leave(now: number): void {
    this.#waiting -= 1;
    this.#update(now);
  }

  end(cost: number, now: number): void {
    this.#inFlight -= 1;
    this.settled += cost;
    this.#update(now);
  }

  #update(now: number): void {
    this.places.set(Math.max(0, Math.min(this.left, this.#waiting)), now);
  }
}

export async function measureGoodput(run: GoodputRun): Promise<Goodput> {
  const { seed, callers, worth, callSeconds } = run;
  const scheduler = new Scheduler(START, randomOf(seed, 'order'), () => undefined);
  const clock = { now: () => scheduler.now };
  const traffic = trafficOf({ seed, limitUsd: LIMIT_USD });
  const limit = traffic.limitNanoUsd;
  const worst = Math.floor(limit / worth);
  const calls = Array.from({ length: callers }, (_, i) => callOf(run, worst, i));
  const table = new MeteredTable();
  const store = new DynamoDbLedger(table.client, table.name, clock);
  const progress = new Progress(limit, worst, callers);
  const running = Promise.all(calls.map((call) => play(store, traffic, call, scheduler, progress)));
  // Whatever fails is thrown below, once nothing waits any more.
  running.catch(() => undefined);
  await scheduler.run();
  await running;
  const { startedAt, settled, places } = progress;
  const inLengths = (milliseconds = 0) => milliseconds / (callSeconds * 1_000);
  const since = startedAt.map((at) => at - START);
  const served = since.length;
  const best = bestCase(calls, limit, worst);
  return {
    ...run,
    fit: best.served,
    served,
    servedAtOnce: since.filter((at) => at < WAY_MAX_MS).length,
    halfAfter: inLengths(since[Math.floor((served - 1) / 2)]),
    lastAfter: inLengths(since.at(-1)),
    bestLastAfter: inLengths(best.lastAt),
    longestWait: inLengths(places.longest),
    overshootNanoUsd: Math.max(0, settled - limit),
    leavesWhatFits: served < callers && progress.left > 0,
    writesPerServed: table.metered().writes / served,
  };
}

/** One way between the caller and the ledger. */
const WAY_MAX_MS = 5;

/** Between a half and one and a half of the mean length; 20 to 80 % of the worst case is used. */
function callOf({ seed, callSeconds }: GoodputRun, worst: number, caller: number): Call {
  const random = randomOf(seed, 'goodput', caller);
  const actual = Math.floor(worst * (0.2 + 0.6 * random.next()));
  return {
    ...callAsking(`goodput ${seed} ${caller}`, worst, actual),
    wayMs: random.integer(1, WAY_MAX_MS - 1),
    modelMs: Math.round(callSeconds * 1_000 * (0.5 + random.next())),
  };
}

async function play(
  store: LedgerStore,
  { policy }: Traffic,
  call: Call,
  scheduler: Scheduler,
  progress: Progress,
): Promise<void> {
  for (;;) {
    await scheduler.sleep(call.wayMs);
    const decision = await reserve(store, reserveRequestOf(policy, call, scheduler.now));
    const { now } = scheduler;
    if (decision.outcome === 'conflict') throw new Error(`two calls have the id ${call.id}`);
    if (decision.outcome === 'reserved') {
      progress.start(now);
      await scheduler.sleep(call.modelMs);
      await settle(store, decision.reservation, call.actual);
      return progress.end(call.actual.usd, scheduler.now);
    }
    if (decision.limit.reason === 'used') return progress.leave(now);
    const timestamp = new Date(now).toISOString();
    const tags = { ...SCOPE, applicationId: SCOPE.application, requestId: call.id, timestamp };
    const { retryAfter = Number.NaN } = limitExceeded(tags, decision.limit, now);
    await scheduler.sleep(call.wayMs + retryAfter * 1_000);
  }
}

/** Without a ledger: the calls in their order, each at the first moment that it fits. */
function bestCase(calls: readonly Call[], limit: number, worst: number) {
  const inFlight: { readonly endsAt: number; readonly cost: number }[] = [];
  let [served, settled, now, lastAt] = [0, 0, 0, 0];
  for (const { modelMs, actual } of calls) {
    while (settled + (inFlight.length + 1) * worst > limit) {
      inFlight.sort((a, b) => b.endsAt - a.endsAt);
      const ended = inFlight.pop();
      if (!ended) return { served, lastAt };
      now = ended.endsAt;
      settled += ended.cost;
    }
    inFlight.push({ endsAt: now + modelMs, cost: actual.usd });
    served += 1;
    lastAt = now;
  }
  return { served, lastAt };
}
