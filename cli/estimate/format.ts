/** An estimate as text and as JSON. */
import { PRICE_REGION, priceSource } from '../../core/insight/estimate/aws-prices.ts';
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
    `${quantity} ${priceSource(price).unit}`,
    cents(cost),
  ]);
  const compared = ESTIMATED_EXECUTIONS.map((execution) => [
    execution === configured ? `${execution} (configured)` : execution,
    cents(executions[execution].perMonth),
    cents(executions[execution].fixed),
    cents(executions[execution].perThousand, 4),
  ]);
  return [
    `${traffic.requestsPerMonth} requests per month, model calls of ${traffic.modelMs / 1000} ` +
      `s, ${PRICE_REGION}:\n\n`,
    formatTable([['SERVICE', 'LINE', 'QUANTITY', 'USD PER MONTH'], ...rows], new Set([2, 3])),
    '\n',
    formatTable(
      [
        ['EXECUTION', 'USD PER MONTH', 'USD WITHOUT REQUESTS', 'USD PER 1,000 REQUESTS'],
        ...compared,
      ],
      new Set([1, 2, 3]),
    ),
    `\nEach call writes to ${counted(footprint.accountsOfCall, 'account')}, twice each. ` +
      `Metrics: all ${footprint.combinations} combinations that can call.\n`,
    'Standard workflows are listed for comparison only: they cannot return a result to a ' +
      'waiting caller.\n',
    `Not included: ${NOT_COUNTED.join('; ')}.\n\n`,
    'Prices:\n',
    ...lines
      .map(({ price }) => price)
      .filter((price, i, all) => all.indexOf(price) === i)
      .map((price) => `  ${priceWords(price)}\n`),
  ].join('');
}

function priceWords(item: Parameters<typeof priceSource>[0]): string {
  const { usd, per, unit, asOf, source } = priceSource(item);
  // 'per GB', 'per metric'
  const of = per === 1 ? unit.replace(/s$/, '') : `${per} ${unit}`;
  const from =
    source === undefined ? 'no source: check this price' : `${source}, ${asOf ?? 'undated'}`;
  return `${item}: USD ${usd} per ${of} (${from})`;
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
    region: PRICE_REGION,
    configured: configuredOf(policy),
    footprint: found.footprint,
    executions: Object.fromEntries(executions),
    prices: [...new Set(items)].map(priceSource),
    notCounted: NOT_COUNTED,
  };
}

function costJson({ executions }: Estimate, execution: keyof Estimate['executions']) {
  const { lines, perMonth, fixed: standing, perThousand }: ExecutionCost = executions[execution];
  return {
    lines: lines.map(({ quantity, cost, ...line }) => ({
      ...line,
      quantity: toSafeInteger(quantity),
      nanoUsd: toSafeInteger(cost),
      usd: formatUsd(cost),
    })),
    perMonthUsd: formatUsd(perMonth),
    standingUsd: formatUsd(standing),
    perThousandUsd: formatUsd(perThousand),
  };
}
