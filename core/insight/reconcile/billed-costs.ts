/** Reads the bill by cost center. */

import { isBedrockService } from '../billing/bedrock-services.ts';
import {
  addBilled,
  type BilledAmount,
  NOTHING_BILLED,
  toNanoUsd,
} from '../billing/billed-amount.ts';
import type { BilledCosts } from '../billing/ports.ts';
import type { DateRange } from './ports.ts';

const TAG = 'costCenter';

/** Amounts in nano-USD. */
export interface BilledByCostCenter {
  readonly byCostCenter: ReadonlyMap<string, bigint>;
  /** Of Bedrock, without the tag. */
  readonly untagged: bigint;
  /** Whether any cost is tagged: none is until the tag is activated. */
  readonly isTagged: boolean;
  /** Requests to Cost Explorer. */
  readonly requests: number;
}

/**
 * Usage without credits, refunds and taxes, which are not metered.
 * @returns the currency, if it cannot be compared.
 * @throws BillingUnavailableError, and what Cost Explorer refuses with.
 */
export async function billedCosts(
  costs: BilledCosts,
  span: DateRange,
): Promise<BilledByCostCenter | { readonly currency: string }> {
  const sums = new Map<string, BilledAmount>();
  const query = {
    ...span,
    granularity: 'daily',
    groupBy: [{ tag: TAG }, { dimension: 'SERVICE' }],
    filters: [{ dimension: 'RECORD_TYPE', values: ['Usage'] }],
  } as const;
  for await (const { periods } of costs.costAndUsage(query)) {
    for (const { groups } of periods) {
      for (const { keys, amount, currency } of groups) {
        const [costCenter = '', service] = keys;
        if (!isBedrockService(service)) continue;
        if (currency !== 'USD') return { currency };
        sums.set(costCenter, addBilled(sums.get(costCenter) ?? NOTHING_BILLED, amount));
      }
    }
  }
  const byCostCenter = new Map<string, bigint>(
    [...sums].filter(([name]) => name !== '').map(([name, sum]) => [name, toNanoUsd(sum)]),
  );
  return {
    byCostCenter,
    untagged: toNanoUsd(sums.get('') ?? NOTHING_BILLED),
    isTagged: byCostCenter.size > 0,
    requests: costs.requests,
  };
}
