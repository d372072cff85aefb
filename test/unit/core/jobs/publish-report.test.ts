import { describe, expect, test } from '@jest/globals';
import { parseBilled } from '../../../../core/insight/billing/billed-amount.ts';
import type { BilledCosts, CostQuery } from '../../../../core/insight/billing/ports.ts';
import { publishReport } from '../../../../core/jobs/publish-report.ts';
import type { Alert } from '../../../../core/telemetry/alerts/alert-types.ts';
import { parseCsv } from '../../../support/csv.ts';
import { limitsConfig, policyOf } from '../../../support/policy.ts';

const POLICY = policyOf(limitsConfig([{ window: 'month', unit: 'usd', amount: 500 }]));

function worldAt(now: string) {
  const files = new Map<string, { contentType: string; text: string }>();
  const [asked, alerts]: [CostQuery[], Alert[]] = [[], []];
  const costs: BilledCosts = {
    requests: 0,
    async *costAndUsage(query) {
      if (query.filters?.some((filter) => 'dimension' in filter)) return;
      asked.push(query);
      const amount = parseBilled('12.3456');
      if (amount === undefined) throw new Error('no amount');
      const groups = ['retail', ''].map((value) => {
        return { keys: [value, 'Amazon Bedrock'], amount, currency: 'USD' };
      });
      yield { periods: [{ from: query.from, to: query.to, estimated: false, groups }] };
    },
  };
  const ports: Parameters<typeof publishReport>[0] = {
    costs,
    store: {
      put: async ({ name, contentType, body }) => {
        files.set(name, { contentType, text: body.join('') });
        return `https://files.example/${name}`;
      },
    },
    alerts: { publish: async (more) => void alerts.push(...more) },
    clock: { now: () => Date.parse(now) },
  };
  return { ports, files, asked, alerts };
}

describe('the scheduled report', () => {
  test.each([
    ['month', '2026-11-03T06:00:00Z', '2026-10-01', '2026-11-01'],
    ['month', '2026-01-01T00:00:00Z', '2025-12-01', '2026-01-01'],
    ['month', '2026-02-28T23:59:59Z', '2026-01-01', '2026-02-01'],
    ['week', '2026-11-24T06:00:00Z', '2026-11-16', '2026-11-23'],
    ['week', '2026-11-23T00:00:00Z', '2026-11-16', '2026-11-23'],
    ['week', '2026-11-22T23:59:59Z', '2026-11-09', '2026-11-16'],
    ['week', '2027-01-01T00:00:00Z', '2026-12-21', '2026-12-28'],
  ])('of a %s, made at %s, is from %s to %s, exclusive', async (report, time, from, to) => {
    const { ports, asked } = worldAt('2030-01-01T00:00:00Z');
    expect(await publishReport(ports, POLICY, { report, time })).toMatchObject({ from, to });
    expect(asked).toMatchObject([{ from, to, granularity: 'daily' }]);
  });

  test('is a page and CSV under the name of its month, and is announced with its link', async () => {
    const { ports, files, alerts } = worldAt('2026-11-03T06:01:00Z');
    const event = { report: 'month', time: '2026-11-03T06:00:00Z' };
    await publishReport(ports, POLICY, event);
    expect([...files].map(([name, { contentType }]) => [name, contentType])).toEqual([
      ['month/2026-10.html', 'text/html; charset=utf-8'],
      ['month/2026-10.csv', 'text/csv; charset=utf-8'],
    ]);
    expect(files.get('month/2026-10.html')?.text).toMatch(/<h1>[^<]*: test<\/h1>[\s\S]*500\.00/);
    const [, ...rows] = parseCsv(files.get('month/2026-10.csv')?.text ?? '');
    expect(rows.map((row) => [row[2], row[3]])).toEqual([
      ['(untagged)', '12.3456'],
      ['retail', '12.3456'],
    ]);
    expect(alerts).toMatchObject([
      {
        type: 'CostReportPublished',
        id: 'report#month/2026-10',
        detail: {
          owner: { kind: 'organization' },
          notify: true,
          summary:
            'Bedrock cost from 2026-10-01 to 2026-10-31: USD 24.69, 50.0 % of it tagged. ' +
            'Report: https://files.example/month/2026-10.html',
          total: '24.69',
        },
      },
    ]);
  });

  test('is the same when it is made again', async () => {
    const { ports, files, alerts } = worldAt('2026-11-03T06:01:00Z');
    const event = { report: 'week', time: '2026-11-03T06:00:00Z' };
    await publishReport(ports, POLICY, event);
    const before = new Map(files);
    await publishReport(ports, POLICY, event);
    expect(files).toEqual(before);
    expect(alerts[1]).toEqual(alerts[0]);
  });

  test.each([
    [{}, 'report: must be week or month, got null'],
    [null, 'report: must be week or month'],
    [{ report: 'day' }, 'report: must be week or month, got "day"'],
    [
      { report: 'week', time: 'now' },
      'time: must be a time such as 2026-11-03T06:00:00Z, got "now"',
    ],
    [{ report: 'week', time: 7 }, 'time: must be a time'],
  ])('is not made for %j', async (event, message) => {
    const { ports, asked } = worldAt('2026-11-03T06:01:00Z');
    await expect(publishReport(ports, POLICY, event)).rejects.toThrow(message);
    expect(asked).toEqual([]);
  });
});
