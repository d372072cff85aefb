/** Runs a plan: the product's own steps and ledger, on virtual hosts and a virtual table. */
import { createDynamoDbKeyChanges } from '../../adapters/dynamodb-key-changes.ts';
import { createDynamoDbSweepStore } from '../../adapters/dynamodb-sweep.ts';
import { createDynamoDbUsageHistory } from '../../adapters/dynamodb-usage-history.ts';
import { LedgerUnavailableError } from '../../core/errors.ts';
import { sweepReservations } from '../../core/jobs/sweep-reservations.ts';
import { isHolderAccount } from '../../core/ledger/account-keys.ts';
import { CLOCK_SKEW_SECONDS } from '../../core/ledger/ports.ts';
import { pruneHolderAccount } from '../../core/ledger/prune-holder-account.ts';
import { checkAlertStates, checkAtRest, checkPublished } from './at-rest.ts';
import { CallRun } from './call-run.ts';
import type { CallPlan, Plan } from './plan.ts';
import { POLICY_CACHE_MS } from './policies.ts';
import { probe } from './probe.ts';
import { type Random, randomOf } from './random.ts';
import {
  faultsInTurn,
  type RunOptions,
  type RunResult,
  SimulatedRun,
  TABLE,
} from './simulated-run.ts';
import { Violation } from './violation.ts';

const MARKER_LIFE_MS = 950_000;
const SWEEP_MS = 50_000;

export async function runPlan(plan: Plan, options: RunOptions = {}): Promise<RunResult> {
  const run = new SimulatedRun(plan, options);
  try {
    await play(run);
    return run.result();
  } catch (error) {
    if (error instanceof Violation) {
      return run.result({ invariant: error.invariant, message: error.message });
    }
    throw error;
  }
}

async function play(run: SimulatedRun): Promise<void> {
  const { plan, scheduler } = run;
  for (const call of plan.calls) {
    const random = randomOf(plan.seed, call.id);
    scheduler.after(call.at, () => run.watch(new CallRun(run, call, random).play()));
  }
  plan.sweeps.forEach(({ at, host, faults }, i) => {
    scheduler.after(at, () => run.watch(sweep(run, host, faults, randomOf(plan.seed, 'sweep', i))));
  });
  for (const { at, host } of plan.crashes) scheduler.after(at, () => run.hosts[host]?.crash());
  await scheduler.run();
  await comeToRest(run);
  checkAtRest(plan, run.oracle, run.accounts());
  checkPublished(run);
  checkAlertStates(run, run.accounts());
  await probe(run);
}

/** Sweeps until every lease and every marker is over. */
async function comeToRest(run: SimulatedRun): Promise<void> {
  run.isResting = true;
  for (const wait of [run.plan.leaseSeconds * 1000 + 15_000, MARKER_LIFE_MS, 1_000]) {
    run.scheduler.now += wait;
    run.watch(sweep(run, 0, {}, randomOf(run.plan.seed, 'rest', wait)));
    await run.scheduler.run();
  }
  run.oracle.holders.checkSwept(run.accounts());
  run.watch(callByEveryUser(run, randomOf(run.plan.seed, 'users')));
  await run.scheduler.run();
}

/** The next call of each user ends what a crash between two reserves left. */
async function callByEveryUser(run: SimulatedRun, random: Random): Promise<void> {
  const life = run.hosts[0]?.life;
  if (!life) throw new Error('a plan has a host');
  const { store, clock } = run.ledgerOn(life, random, faultsInTurn({}), undefined);
  const accounts = run.accounts().map(({ pk }) => pk?.S ?? '');
  const now = Math.floor(clock.now() / 1_000) - CLOCK_SKEW_SECONDS;
  for await (const snapshot of store.contents(accounts.filter(isHolderAccount), now)) {
    await pruneHolderAccount(store, run.policyOf(0), snapshot, clock.now());
  }
}

async function sweep(
  run: SimulatedRun,
  host: number,
  faults: CallPlan['faults'],
  random: Random,
): Promise<void> {
  const life = (run.hosts[host] ?? run.hosts[0])?.life;
  if (!life) throw new Error('a plan has a host');
  const { store, clock, client } = run.ledgerOn(life, random, faultsInTurn(faults), undefined);
  const policy = run.policyOf(POLICY_CACHE_MS);
  const ports = {
    ledger: store,
    settings: createDynamoDbSweepStore(client, TABLE),
    keyChanges: createDynamoDbKeyChanges(client, TABLE),
    history: createDynamoDbUsageHistory(client, TABLE),
    clock,
    alerts: run.alertsFrom(random),
    telemetry: { metrics: () => undefined, audit: () => undefined },
    warn: () => undefined,
  };
  await sweepReservations(ports, policy, clock.now() + SWEEP_MS).catch((error: unknown) => {
    if (!(error instanceof LedgerUnavailableError)) throw error;
  });
}
