import { describe, expect, test } from '@jest/globals';
import { NOTHING_BILLED } from '../../../../../core/insight/billing/billed-amount.ts';
import {
  monthlyLimits,
  runningTotals,
  totalLimit,
} from '../../../../../core/insight/report/monthly-limits.ts';
import type { ReportRequest } from '../../../../../core/insight/report/report-request.ts';
import { limitsConfig, policyOf } from '../../../../support/policy.ts';

const usd = (name: string, amount: number, more: object = {}) => ({
  ...{ name, window: 'month', unit: 'usd', amount },
  ...more,
});
const REQUEST: ReportRequest = {
  ...{ from: '2026-11-01', to: '2026-12-01', granularity: 'daily', by: 'costCenter', filters: [] },
};
const only = (...values: [string, ...string[]]): ReportRequest => ({
  ...REQUEST,
  filters: [{ tag: 'costCenter', values }],
});

describe('the monthly limit', () => {
  test('of a cost center is the lowest in USD that holds for all its requests', () => {
    const limits = [
      usd('high', 500),
      usd('low', 300),
      usd('part', 10, { application: 'faq' }),
      usd('day', 5, { window: 'day' }),
      usd('tokens', 9, { unit: 'tokens' }),
      usd('each', 20, { per: 'user' }),
    ];
    const found = monthlyLimits(policyOf(limitsConfig(limits)));
    expect([...found.costCenters]).toEqual([
      ['retail', { label: 'low', nanoUsd: 300_000_000_000 }],
    ]);
    expect(found.organization).toBeUndefined();
  });

  test('of the total is that of the organization, or of all cost centers together', () => {
    const alone = monthlyLimits(policyOf(limitsConfig([usd('budget', 300)])));
    expect(totalLimit(REQUEST, alone)).toEqual({ label: 'limit of retail', nanoUsd: 3e11 });
    const organization = { limits: [usd('all', 900)] };
    const both = monthlyLimits(policyOf(limitsConfig([usd('budget', 300)], { organization })));
    expect(totalLimit(REQUEST, both)).toEqual({ label: 'organization: all', nanoUsd: 9e11 });
    expect(totalLimit(only('retail'), both)?.nanoUsd).toBe(3e11);
  });

  test('is absent where a part of the report has none, or only a part of the costs is shown', () => {
    const limits = monthlyLimits(policyOf(limitsConfig([usd('budget', 300)])));
    expect(totalLimit(only('retail', 'other'), limits)).toBeUndefined();
    expect(totalLimit(only(''), limits)).toBeUndefined();
    const dev = { ...REQUEST, filters: [{ tag: 'environment', values: ['dev'] }] } as const;
    expect(totalLimit(dev, limits)).toBeUndefined();
    expect(totalLimit(REQUEST, monthlyLimits(policyOf(limitsConfig([]))))).toBeUndefined();
  });
});

test('a running total begins again with each month', () => {
  const days = ['2026-10-31', '2026-11-01', '2026-11-02'];
  const periods = days.map((from) => ({
    from,
    to: from,
    amount: NOTHING_BILLED,
    estimated: false,
  }));
  expect(runningTotals(periods, [5, 7, 1])).toEqual([5, 7, 8]);
});
