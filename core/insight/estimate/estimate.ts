/**
 * Estimates the monthly cost of the sentry itself, by line of the AWS bill. An upper estimate: no
 * free tier, every combination of the policy in use, every request approved.
 */
import { divCeil, type NanoUsd, nano } from '../../money.ts';
import type { Policy } from '../../policy/policy.ts';
import type { EpochMs } from '../../time.ts';
import { typedEntries } from '../../unvalidated.ts';
import { type AwsItem, awsCost, partsOf } from './aws-prices.ts';
import { type BillableUsage, billableUsage } from './billable-usage.ts';
import { DEFAULT_DEPLOYMENT, type Deployment, type Memory } from './deployment.ts';
import { billableMonitoring } from './monitoring-costs.ts';

/** Ways to run a request. `standard` is listed for comparison; the module does not have it. */
export const ESTIMATED_EXECUTIONS = ['direct', 'express', 'standard'] as const;
type Execution = (typeof ESTIMATED_EXECUTIONS)[number];

export interface Traffic {
  readonly requestsPerMonth: number;
  /** Duration of a model call. */
  readonly modelMs: number;
  readonly at: EpochMs;
  /** Of the deployment. */
  readonly region: string;
}

interface CostLine {
  readonly service: string;
  readonly what: string;
  readonly price: AwsItem;
  /** In the price's unit, rounded up. */
  readonly quantity: bigint;
  /** Whether it grows with requests, or is fixed per month. */
  readonly grows: boolean;
  /** Absent where no price was found for the region; the sums leave it out. */
  readonly cost?: NanoUsd;
}

/** Before it is priced; `parts` as `awsCost` counts them. */
interface Quantity extends Omit<CostLine, 'quantity' | 'cost'> {
  readonly parts: bigint;
}

export interface ExecutionCost {
  readonly lines: readonly CostLine[];
  /** Whether a line has no price, so that the sums are too low. */
  readonly isPartial: boolean;
  readonly perMonth: NanoUsd;
  /** Fixed cost per month, without requests. */
  readonly fixed: NanoUsd;
  /** Cost of 1,000 more requests. */
  readonly perThousand: NanoUsd;
}

export interface Estimate {
  readonly footprint: BillableUsage;
  readonly executions: Readonly<Record<Execution, ExecutionCost>>;
}

const DEFAULT_MEMORY_MB = 512;
/** Of the functions that do not wait for a model: parsing, one or two DynamoDB calls. */
const STEP_MS = 30;
const STEPS = ['validate-and-set-context', 'reserve-budget', 'record-outcome'] as const;
const SWEEP_MS = 200;
/** Minutes, and so sweeps, of a month of 730 hours. */
const SWEEPS = 43_800;
/** Usage samples that the sweep writes per month if all limits are in constant use. */
const SAMPLES = SWEEPS / 5;
const MONTH_SECONDS = 2_628_000;
/** Of the longest month. */
const DAYS = 31;
/** Metrics that the reconciliation requests: five of the sentry's and six of Bedrock's. */
const METRICS_RECONCILED = 11;
/** The steps in which Step Functions bills memory and time. */
const EXPRESS = { memoryMb: 64, timeMs: 100 } as const;
/** States that a successful request enters, Choice and Succeed among them. */
const STATES_OF_A_REQUEST = 8;

/** @param traffic whole numbers; at least one request. */
export function estimate(
  policy: Policy,
  traffic: Traffic,
  deployment: Deployment = DEFAULT_DEPLOYMENT,
): Estimate {
  const { memory } = deployment;
  const { requestsPerMonth, modelMs } = traffic;
  const inFlight = Math.ceil((requestsPerMonth * modelMs) / 1000 / MONTH_SECONDS);
  const footprint = billableUsage(policy, inFlight, traffic.at, deployment.metrics);
  const costOf = (execution: Execution): ExecutionCost => {
    const quantities = [
      ...requestLines(execution, traffic, memory),
      ...ledgerLines(execution, footprint, requestsPerMonth),
      ...fixedLines(footprint, memory),
      ...watchingLines(policy, footprint, deployment),
      ...askingLines(footprint, deployment),
    ];
    const lines = quantities.map((each) => priced(each, traffic.region));
    const growing = sum(lines.filter(({ grows }) => grows));
    const fixed = sum(lines.filter(({ grows }) => !grows));
    return {
      lines,
      isPartial: lines.some(({ cost }) => cost === undefined),
      perMonth: nano(growing + fixed),
      fixed,
      perThousand: nano(divCeil(growing * 1000n, BigInt(requestsPerMonth))),
    };
  };
  return {
    footprint,
    executions: {
      direct: costOf('direct'),
      express: costOf('express'),
      standard: costOf('standard'),
    },
  };
}

const sum = (lines: readonly CostLine[]): NanoUsd =>
  nano(lines.reduce((total, { cost = 0n }) => total + cost, 0n));

const line = (
  price: AwsItem,
  [service, what]: readonly [string, string],
  parts: bigint,
  grows = true,
): Quantity => ({ service, what, price, parts, grows });

function priced({ parts, ...line }: Quantity, region: string): CostLine {
  const cost = awsCost(line.price, region, parts);
  const quantity = divCeil(parts, partsOf(line.price));
  return { ...line, quantity, ...(cost !== undefined && { cost }) };
}

/** The API, the functions and the state machine. */
function requestLines(
  execution: Execution,
  { requestsPerMonth, modelMs }: Traffic,
  memory: Memory,
): readonly Quantity[] {
  const requests = BigInt(requestsPerMonth);
  const wholeMs = modelMs + STEP_MS * (STEPS.length + 1);
  const times = functionTimes(execution, modelMs, wholeMs);
  const megabyteMs = typedEntries(times).reduce(
    (total, [name, ms]) => total + BigInt(memoryOf(memory, name) * ms),
    0n,
  );
  const invocations = requests * BigInt(Object.keys(times).length);
  return [
    line('httpApiRequest', ['API Gateway', 'HTTP API requests'], requests),
    line('lambdaRequest', ['Lambda', 'requests'], invocations),
    line('lambdaArm64', ['Lambda', 'duration'], requests * megabyteMs),
    ...workflowLines(execution, requests, wholeMs),
  ];
}

/** By function, how long it runs for a request. The gateway waits for all the others. */
const functionTimes = (
  execution: Execution,
  modelMs: number,
  wholeMs: number,
): Readonly<Record<string, number>> => ({
  gateway: wholeMs,
  ...(execution !== 'direct' && {
    ...Object.fromEntries(STEPS.map((name) => [name, STEP_MS])),
    'invoke-model': modelMs + STEP_MS,
  }),
});

function workflowLines(
  execution: Execution,
  requests: bigint,
  wholeMs: number,
): readonly Quantity[] {
  const service = 'Step Functions';
  if (execution === 'direct') return [];
  if (execution === 'standard') {
    const transitions = requests * BigInt(STATES_OF_A_REQUEST);
    return [line('standardTransition', [service, 'Standard transitions'], transitions)];
  }
  const billedMs = Math.ceil(wholeMs / EXPRESS.timeMs) * EXPRESS.timeMs;
  return [
    line('expressRequest', [service, 'Express requests'], requests),
    line(
      'expressDuration',
      [service, 'Express duration'],
      requests * BigInt(EXPRESS.memoryMb * billedMs),
    ),
  ];
}

/** A read unit is four write units, and each account takes one at least. */
const WRITE_UNITS_OF_READ = 4;

/**
 * Every account of a call is written twice: to reserve, and to settle. The workflow's invoking
 * function reads it as well.
 */
const ledgerLines = (
  execution: Execution,
  footprint: BillableUsage,
  requestsPerMonth: number,
): readonly Quantity[] => {
  const requests = BigInt(requestsPerMonth);
  const { accountsOfCall, unitsOfCall, logBytes } = footprint;
  const reads = accountsOfCall + Math.floor(unitsOfCall / WRITE_UNITS_OF_READ);
  return [
    line('dynamoDbWrite', ['DynamoDB', 'writes'], requests * 2n * BigInt(unitsOfCall)),
    ...(execution === 'direct'
      ? []
      : [line('dynamoDbRead', ['DynamoDB', 'reads of calls'], requests * BigInt(reads))]),
    line('logsIngested', ['CloudWatch', 'logs'], requests * BigInt(logBytes)),
  ];
};

/** Cost without any requests. */
function fixedLines(footprint: BillableUsage, memory: Memory): readonly Quantity[] {
  const sweeps = BigInt(SWEEPS);
  const megabyteMs = BigInt(memoryOf(memory, 'sweep-reservations') * SWEEP_MS);
  const metrics = BigInt(footprint.metrics);
  const reads = sweeps * BigInt(footprint.readUnits);
  const samples = BigInt(SAMPLES) * BigInt(footprint.sampleUnits);
  return [
    line('lambdaRequest', ['Lambda', 'requests of the sweep'], sweeps, false),
    line('lambdaArm64', ['Lambda', 'duration of the sweep'], sweeps * megabyteMs, false),
    line('dynamoDbRead', ['DynamoDB', 'reads of the sweep'], reads, false),
    line('dynamoDbWrite', ['DynamoDB', 'writes of the sweep'], samples, false),
    line('customMetric', ['CloudWatch', 'custom metrics'], metrics, false),
  ];
}

const watchingLines = (
  policy: Policy,
  { callSeries }: BillableUsage,
  deployment: Deployment,
): readonly Quantity[] => {
  const { metrics, dashboards, alarmMetrics } = billableMonitoring(policy, callSeries, deployment);
  return [
    line('customMetric', ['CloudWatch', 'metrics of cost centers'], BigInt(metrics), false),
    line('alarmMetric', ['CloudWatch', 'metrics of the alarms'], BigInt(alarmMetrics), false),
    line('dashboard', ['CloudWatch', 'dashboards'], BigInt(dashboards), false),
  ].filter(({ parts }) => parts > 0n);
};

/** The functions that send these requests cost less than USD 0.01. */
const askingLines = (
  { combinations }: BillableUsage,
  { reportRequests, reconciliation: { enabled, bill } }: Deployment,
): readonly Quantity[] => {
  const days = enabled ? DAYS : 0;
  const asked = reportRequests + (bill ? days : 0);
  const metrics = days * combinations * METRICS_RECONCILED;
  return [
    line('metricRequest', ['CloudWatch', 'metrics requested'], BigInt(metrics), false),
    line('costExplorerRequest', ['Cost Explorer', 'requests'], BigInt(asked), false),
  ].filter(({ parts }) => parts > 0n);
};

const memoryOf = (memory: Memory, name: string): number => memory.get(name) ?? DEFAULT_MEMORY_MB;
