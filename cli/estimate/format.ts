/** An estimate as text and as JSON. */
import { priceSource } from '../../core/insight/estimate/aws-prices.ts';
import {
  ESTIMATED_EXECUTIONS,
  type Estimate,
  type ExecutionCost,
  type Traffic,
} from '../../core/insight/estimate/estimate.ts';
import { divCeil, formatUsd, toSafeInteger } from '../../core/money.ts';
import type { Policy } from '../../core/policy/policy.ts';
import { counted } from '../../core/safe-text.ts';
import { formatTable } from '../terminal/table.ts';

const NOT_COUNTED = [
  'model usage',
  'free tiers and volume discounts',
  'taxes',
  'storage of the table and the logs',
  'data transfer',
  'responses stored for an Idempotency-Key (two more writes, one unit per KB)',
  'KMS keys, X-Ray, SNS, S3, budget actions and reports, if configured',
] as const;

/** `workflow` in the policy is `express` in the estimate. */
const configuredOf = ({ execution }: Policy) => (execution === 'direct' ? 'direct' : 'express');

export function estimateText(found: Estimate, policy: Policy, traffic: Traffic): string {
  const configured = configuredOf(policy);
  const { footprint, executions } = found;
  const { lines } = executions[configured];
  const rows = lines.map(({ service, what, quantity, price, cost }) => [
    service,
    what,
    `${quantity} ${unitOf(priceSource(price, traffic.region).unit, quantity === 1n)}`,
    cost === undefined ? 'unknown' : cents(cost),
  ]);
  const compared = ESTIMATED_EXECUTIONS.map((execution) => [
    execution === configured ? `${execution} (configured)` : execution,
    ...sumCells(executions[execution]),
  ]);
  return [
    `${traffic.requestsPerMonth} requests per month, model calls of ${traffic.modelMs / 1000} ` +
      `s, ${traffic.region}:\n\n`,
    formatTable([['SERVICE', 'LINE', 'QUANTITY', 'USD PER MONTH'], ...rows], new Set([2, 3])),
    '\n',
    formatTable(
      [
        ['EXECUTION', 'USD PER MONTH', 'USD WITHOUT REQUESTS', 'USD PER 1,000 REQUESTS'],
        ...compared,
      ],
      new Set([1, 2, 3]),
    ),
    unpricedText(lines, traffic.region),
    `\nEach call writes to ${counted(footprint.accountsOfCall, 'account')}, twice each. ` +
      `Metrics: all ${footprint.combinations} combinations that can call.\n`,
    'Standard workflows are listed for comparison only: they cannot return a result to a ' +
      'waiting caller.\n',
    `Not included: ${NOT_COUNTED.join('; ')}.\n\n`,
    'Prices:\n',
    ...lines
      .map(({ price }) => price)
      .filter((price, i, all) => all.indexOf(price) === i)
      .map((price) => `  ${priceWords(price, traffic.region)}\n`),
  ].join('');
}

/** Sums that lack a line are lower bounds. */
function sumCells({ lines, perMonth, fixed, perThousand }: ExecutionCost): readonly string[] {
  const lacks = (grows: boolean) =>
    lines.some((line) => line.cost === undefined && line.grows === grows);
  const [growing, standing] = [lacks(true), lacks(false)];
  const cell = (text: string, isPartial: boolean) => (isPartial ? `at least ${text}` : text);
  return [
    cell(cents(perMonth), growing || standing),
    cell(cents(fixed), standing),
    cell(cents(perThousand, 4), growing),
  ];
}

function unpricedText(lines: ExecutionCost['lines'], region: string): string {
  const unpriced = lines.filter(({ cost }) => cost === undefined);
  if (unpriced.length === 0) return '';
  const names = unpriced.map(({ service, what }) => `${service} ${what}`).join('; ');
  return `\nNot in the sums, as no price of AWS is known in ${region}: ${names}.\n`;
}

const unitOf = (unit: string, isOne: boolean): string => (isOne ? unit.replace(/s$/, '') : unit);

function priceWords(item: Parameters<typeof priceSource>[0], region: string): string {
  const { usd, per, unit, asOf, source } = priceSource(item, region);
  if (usd === undefined) return `${item}: no price is known in ${region}`;
  // 'per GB', 'per metric'
  const of = per === 1 ? unitOf(unit, true) : `${per} ${unit}`;
  return `${item}: USD ${usd} per ${of} (${source}, ${asOf})`;
}

/** Rounds up to this many decimals: shown amounts are never below computed ones. */
function cents(cost: bigint, decimals = 2): string {
  const step = 10n ** BigInt(9 - decimals);
  const [whole = '', fraction = ''] = formatUsd(divCeil(cost, step) * step).split('.');
  return `${whole}.${fraction.padEnd(decimals, '0')}`;
}

export function estimateJson(found: Estimate, policy: Policy, traffic: Traffic) {
  const executions = ESTIMATED_EXECUTIONS.map((execution) => [
    execution,
    costJson(found, execution),
  ]);
  const items = ESTIMATED_EXECUTIONS.flatMap((execution) =>
    found.executions[execution].lines.map(({ price }) => price),
  );
  return {
    requestsPerMonth: traffic.requestsPerMonth,
    modelSeconds: traffic.modelMs / 1000,
    region: traffic.region,
    configured: configuredOf(policy),
    footprint: found.footprint,
    executions: Object.fromEntries(executions),
    prices: [...new Set(items)].map((item) => priceSource(item, traffic.region)),
    notCounted: NOT_COUNTED,
  };
}

function costJson({ executions }: Estimate, execution: keyof Estimate['executions']) {
  const found: ExecutionCost = executions[execution];
  const { lines, isPartial, perMonth, fixed: standing, perThousand } = found;
  return {
    lines: lines.map(({ quantity, cost, ...line }) => ({
      ...line,
      quantity: toSafeInteger(quantity),
      nanoUsd: cost === undefined ? null : toSafeInteger(cost),
      usd: cost === undefined ? null : formatUsd(cost),
    })),
    isPartial,
    perMonthUsd: formatUsd(perMonth),
    standingUsd: formatUsd(standing),
    perThousandUsd: formatUsd(perThousand),
  };
}
