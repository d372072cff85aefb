/** Billable usage of a policy: accounts that a call writes to, metrics, log lines. */

import { type CallScope, effectiveLimits } from '../../ledger/effective-limits.ts';
import { callCombinations } from '../../policy/call-combinations.ts';
import { allOwnerLimits, isShared, sharedLimits } from '../../policy/limit-owners.ts';
import type { Policy } from '../../policy/policy.ts';
import { atDetail, type MetricDetail, metricCount } from '../../telemetry/metric-detail.ts';
import { callRecord, utilizationRecords } from '../../telemetry/metric-record.ts';
import type { EpochMs } from '../../time.ts';
import { periodAt } from '../../windows.ts';
import { isSampled } from '../forecast/forecast.ts';

/** Bytes of an account's item, as measured by the benchmark in docs/ledger.md. */
const ITEM_BYTES = { itself: 50, counter: 60, reservation: 46, countersName: 15 };
/** Of an owner's usage samples: the item, and each limit in constant use. */
const SAMPLES_BYTES = { itself: 60, limit: 1_300 };
const WRITE_UNIT_BYTES = 1024;
const READ_UNIT_BYTES = 4096;

const ITEM_SIZE_METRICS = 1;

/** An audit line without prompts (about 900 bytes) and the access log's line of the API. */
const OTHER_LOG_BYTES = 1300;
/** Bytes that CloudWatch Logs adds to every event. */
const EVENT_BYTES = 26;

export interface BillableUsage {
  /** Combinations of cost center, application, environment and model that can call. */
  readonly combinations: number;
  /** Combinations of the dimensions of calls. */
  readonly callSeries: number;
  /** CloudWatch metrics when every combination is in use. */
  readonly metrics: number;
  /** Accounts that a call writes to; the most of any combination. */
  readonly accountsOfCall: number;
  /** Write units of one write to each of them. */
  readonly unitsOfCall: number;
  /** Account items that the sweep reads. */
  readonly accounts: number;
  /** Read units of a sweep: the accounts and the usage samples. */
  readonly readUnits: number;
  /** Write units of one sample of all limits in use. */
  readonly sampleUnits: number;
  /** Of one request that was approved. */
  readonly logBytes: number;
}

/** @param inFlight concurrent calls, all on one account: an upper estimate. */
export function billableUsage(
  policy: Policy,
  inFlight: number,
  at: EpochMs,
  detail: MetricDetail,
): BillableUsage {
  const scopes = scopesOf(policy);
  const calls = scopes.map((scope) => callFootprint(policy, scope, inFlight, at, detail));
  const most = (part: (call: CallFootprint) => number) => Math.max(...calls.map(part));
  const callSeries = seriesOf(scopes, detail);
  const { shards } = policy.ledger;
  const owners = allOwnerLimits(policy)
    .filter(({ limits }) => limits.length > 0)
    .map(({ owner, limits }) => ({ owner, limits: limits.filter(isShared) }))
    // The item of a cost center leads the sweep to those of its users.
    .filter(({ owner, limits }) => owner.kind === 'costCenter' || limits.length > 0);
  const readUnits = owners.map(
    ({ limits }) =>
      shards * Math.ceil(itemBytes(policy, limits.length, inFlight) / READ_UNIT_BYTES),
  );
  const samples = owners
    .map(({ limits }) => limits.filter(isSampled).length)
    .filter((count) => count > 0)
    .map((count) => SAMPLES_BYTES.itself + count * SAMPLES_BYTES.limit);
  const unitsOf = (unitBytes: number) => samples.map((bytes) => Math.ceil(bytes / unitBytes));
  return {
    combinations: scopes.length,
    callSeries,
    metrics:
      callSeries * most(({ metrics }) => metrics) +
      (detail === 'none' ? 0 : sharedLimits(policy).length + ITEM_SIZE_METRICS),
    accountsOfCall: most(({ accounts }) => accounts),
    unitsOfCall: most(({ units }) => units),
    accounts: owners.length * shards,
    readUnits: sumOf([...readUnits, ...unitsOf(READ_UNIT_BYTES)]),
    sampleUnits: sumOf(unitsOf(WRITE_UNIT_BYTES)),
    logBytes: most(({ logBytes }) => logBytes),
  };
}

function seriesOf(scopes: readonly CallScope[], detail: MetricDetail): number {
  if (detail === 'none') return 0;
  if (detail === 'full') return scopes.length;
  return new Set(scopes.map(({ costCenter, model }) => `${costCenter}/${model}`)).size;
}

const sumOf = (units: readonly number[]): number => units.reduce((sum, each) => sum + each, 0);

interface CallFootprint {
  readonly accounts: number;
  readonly units: number;
  readonly metrics: number;
  readonly logBytes: number;
}

const scopesOf = (policy: Policy): readonly CallScope[] =>
  callCombinations(policy).map(({ costCenter, model, ...scope }) => ({
    ...scope,
    costCenter: costCenter.name,
    model: model.alias,
  }));

const ONE_REQUEST = { requests: 1, tokens: 1, input_tokens: 1, output_tokens: 1, usd: 1 };

function callFootprint(
  policy: Policy,
  scope: CallScope,
  inFlight: number,
  at: EpochMs,
  detail: MetricDetail,
): CallFootprint {
  const accounts = effectiveLimits(policy, scope, ONE_REQUEST, at);
  const units = accounts.map(({ limits }) =>
    Math.ceil(itemBytes(policy, limits.length, inFlight) / WRITE_UNIT_BYTES),
  );
  const call = sampleRecord(policy, scope, at);
  const statuses = accounts.flatMap(({ limits }) =>
    limits.map(({ limit }) => {
      const { startsAt } = periodAt(limit.window, at, policy.timeZone);
      return { limit, used: 1, reserved: 1, resetsAt: String(startsAt) };
    }),
  );
  const records = [call, ...utilizationRecords({ statuses }, scope.costCenter, at)];
  return {
    accounts: accounts.length,
    units: units.reduce((sum, each) => sum + each, 0),
    metrics: metricCount(atDetail(call, detail)),
    logBytes: records
      .map((each) => atDetail(each, detail))
      .reduce((sum, each) => sum + (each ? lineBytes(each) : 0), OTHER_LOG_BYTES),
  };
}

/** The record of a successful call, with numbers of usual length. */
const sampleRecord = (policy: Policy, scope: CallScope, at: EpochMs) =>
  callRecord(
    {
      requestId: '00000000-0000-0000-0000-000000000000',
      dimensions: {
        Model: scope.model,
        ModelId: policy.models.get(scope.model)?.modelId ?? scope.model,
        CostCenter: scope.costCenter,
        Application: scope.application,
        Environment: scope.environment,
      },
      status: 'succeeded',
      usage: {
        inputTokens: 1234,
        outputTokens: 1234,
        cacheReadInputTokens: 0,
        cacheWriteInputTokens: 0,
        cacheWrite1hInputTokens: 0,
      },
      costNanoUsd: 1_234_567,
      latencyMs: 1234,
      isUsageUncertain: false,
      exceeded: false,
      settlementFailed: false,
    },
    at,
  );

const lineBytes = (record: unknown): number => JSON.stringify(record).length + EVENT_BYTES;

/** The item with all its retained windows, the calls in flight, and the one that writes. */
function itemBytes({ ledger }: Policy, limits: number, inFlight: number): number {
  const reservations = Math.ceil(inFlight / ledger.shards) + 1;
  const reservationBytes = ITEM_BYTES.reservation + limits * ITEM_BYTES.countersName;
  return (
    ITEM_BYTES.itself +
    limits * ledger.historyWindows * ITEM_BYTES.counter +
    reservations * reservationBytes
  );
}
