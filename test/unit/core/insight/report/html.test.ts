import { describe, expect, test } from '@jest/globals';
import { parseBilled } from '../../../../../core/insight/billing/billed-amount.ts';
import type { BilledCosts } from '../../../../../core/insight/billing/ports.ts';
import { htmlReport, type PageOptions } from '../../../../../core/insight/report/html/page.ts';
import type { ReportRequest } from '../../../../../core/insight/report/report-request.ts';
import { writeReport } from '../../../../../core/insight/report/write-report.ts';
import { dayAfter } from '../../../../../core/utc-days.ts';

type Group = readonly [day: string, value: string, amount: string, currency?: string];

async function pageOf(
  groups: readonly Group[],
  options: Partial<PageOptions & ReportRequest> = {},
): Promise<string> {
  const request: ReportRequest = {
    ...{
      from: '2026-11-01',
      to: '2026-11-04',
      granularity: 'daily',
      by: 'costCenter',
      filters: [],
    },
    ...options,
  };
  const costs: BilledCosts = {
    requests: 0,
    async *costAndUsage() {
      yield {
        periods: groups.map(([from, value, text, currency = 'USD']) => {
          const amount = parseBilled(text);
          if (amount === undefined) throw new Error(text);
          const keys = [value, 'Amazon Bedrock'];
          return {
            from,
            to: dayAfter(from),
            estimated: false,
            groups: [{ keys, amount, currency }],
          };
        }),
      };
    },
  };
  let page = '';
  const write = (text: string) => {
    page += text;
  };
  const format = htmlReport({ madeAt: Date.parse('2026-11-25T13:00:00Z'), ...options });
  await writeReport(costs, request, [{ format, write }]);
  return page;
}

const limits = {
  costCenters: new Map([
    ['sales', { label: 'budget', nanoUsd: 10_000_000_000 }],
    ['support', { label: 'budget', nanoUsd: 100_000_000_000 }],
  ]),
};

describe('the page', () => {
  test('shows who is over, near and under a limit, the nearest first', async () => {
    const groups: Group[] = [
      ['2026-11-01', 'support', '85'],
      ['2026-11-01', 'sales', '7'],
      ['2026-11-02', 'sales', '5'],
    ];
    const page = await pageOf(groups, { limits });
    const badges = [...page.matchAll(/<b>(\w+)<\/b><span class="badge">([^<]+)</g)];
    expect(badges.map(([, name, says]) => `${name} ${says}`)).toEqual([
      'sales 120 % · limit reached',
      'support 85 % · near the limit',
    ]);
    expect(page).toContain('sum of cost center limits, 110.00 USD');
  });

  test('draws no limits in USD next to another currency', async () => {
    const page = await pageOf([['2026-11-01', 'sales', '700', 'CNY']], { limits });
    expect(page).not.toContain('class="limit"');
    expect(page).toContain('700.00 <small>CNY</small>');
  });

  test('gives colors to the most expensive and puts the rest together, losing nothing', async () => {
    const groups = Array.from(
      { length: 12 },
      (_, i): Group => ['2026-11-02', `cc-${i}`, `${i + 1}.005`],
    );
    const page = await pageOf([...groups, ['2026-11-03', '', '0.10']]);
    const legend = [...page.matchAll(/<li><span class="key (\w+)"><\/span>([^<]+)</g)];
    expect(legend.map(([, color, label]) => `${color} ${label}`)).toEqual([
      ...['c0 cc-11', 'c1 cc-10', 'c2 cc-9', 'c3 cc-8', 'c4 cc-7', 'c5 cc-6', 'c6 cc-5'],
      ...['others 5 others', 'untagged (untagged)'],
    ]);
    const [, all = ''] =
      /<h2>All cost centers<\/h2><table[^>]*>([\s\S]*?)<\/table>/.exec(page) ?? [];
    const cells = [...all.matchAll(/<\/th><td>([\d.]+)</g)].map(([, cents]) => Number(cents));
    expect(cells).toHaveLength(14);
    const total = cells.pop();
    expect(total).toBe(78.16);
    expect(cells.reduce((sum, cents) => sum + Math.round(cents * 100), 0)).toBe(7816);
  });

  test('shows credits separately from what was used, and is whole when nothing was billed', async () => {
    const page = await pageOf([
      ['2026-11-01', 'sales', '3'],
      ['2026-11-02', 'sales', '-5'],
    ]);
    expect(page).toMatch(/<dt>Credits and refunds<\/dt><dd>-5\.00/);
    expect(page).toMatch(/<dt>Billed<\/dt><dd>-2\.00/);
    expect(page).not.toMatch(/class="tick end"[^>]*>-\d/);
    expect(page).not.toMatch(/NaN|undefined|Infinity/);
    const empty = await pageOf([], { limits });
    expect(empty).toContain('Nothing was billed for Bedrock in this period.');
    expect(empty).not.toMatch(/NaN|undefined|<svg/);
  });

  test('has monthly bars', async () => {
    const options = { from: '2026-09-15', to: '2026-12-01', granularity: 'monthly' } as const;
    const page = await pageOf([['2026-10-01', 'sales', '3']], options);
    expect(page).toMatch(/>Sep 2026<.*>Oct 2026<.*>Nov 2026</);
    expect(page).not.toContain('NaN');
  });
});
