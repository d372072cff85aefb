/** What docs/alerts.md shows of each alert is what the functions send. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { toFirstLimitEvent } from '../../../../../core/ledger/first-events.ts';
import { toThresholdCrossing } from '../../../../../core/ledger/thresholds.ts';
import type { Alert } from '../../../../../core/telemetry/alerts/alert-types.ts';
import { expiredReservationAlerts } from '../../../../../core/telemetry/alerts/expired-reservation-alerts.ts';
import {
  burnRateAlert,
  denialAlert,
  fallbackAlert,
  thresholdAlert,
} from '../../../../../core/telemetry/alerts/limit-alerts.ts';
import { periodAt } from '../../../../../core/windows.ts';
import { configWith, policyOf } from '../../../../support/policy.ts';

const NOW = Date.parse('2026-11-23T14:05:30.000Z');
const budget = {
  name: 'monthly-budget',
  window: 'month',
  unit: 'usd',
  amount: 500,
  notify_at: [50, 80, 100],
};
const center = { models: ['haiku', 'micro'], applications: ['faq'], limits: [budget] };
const policy = policyOf(configWith({ cost_centers: { sales: center } }));
const [limit] = policy.costCenters.get('sales')?.limits ?? [];
if (!limit) throw new Error('the policy has a limit');

const USD = 1_000_000_000;
const period = periodAt('month', NOW, 'UTC');
const key = `monthly-budget_${period.name}`;
const resetsAt = new Date(period.endsAt).toISOString();
const requestId = '7c9e6679-7425-40de-944b-e07fc1f90ae7';

const firstEvent = (what: 'denied' | 'fallback', usd: number, ceilingPercent?: number) => {
  const effective = {
    ...{ limit, period, key, shards: 1, requested: USD, fallbacks: [] },
    ...(ceilingPercent !== undefined && { ceilingPercent }),
  };
  const state = { committed: (usd + 1) * USD, settled: usd * USD };
  const first = toFirstLimitEvent(what, { effective, state, recordedAlerts: new Set() });
  if (!first) throw new Error('no alert is recorded');
  return first;
};

const amounts = new Map([[key, USD]]);
const expired = [
  { account: 'account#costCenter#sales#0', amounts, attemptId: 'a', leaseExpiresAt: 0 },
].map((entry) => ({ ...entry, reservationId: requestId }));

const ALERTS: readonly Alert[] = [
  thresholdAlert(
    toThresholdCrossing(limit, { key, percent: 80, used: 400.12 * USD, resetsAt }),
    requestId,
  ),
  denialAlert(firstEvent('denied', 499), { requestId }),
  fallbackAlert(firstEvent('fallback', 449, 90), {
    requestId,
    from: 'claude-3-5-haiku',
    to: 'nova-lite',
  }),
  burnRateAlert(limit, {
    key,
    used: 410 * USD,
    endsAt: period.endsAt,
    pace: 'fast',
    perHour: 28 * USD,
    projected: 5_454 * USD,
    reachedAt: NOW + 11_571_000,
  }),
  ...expiredReservationAlerts(policy, { expired }),
];

const page = readFileSync('docs/alerts.md', 'utf8');
const blocks = (language: string): readonly string[] =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms'))].map(
    ([, body = '']) => body,
  );
const details: readonly unknown[] = blocks('json').map((body) => JSON.parse(body));

describe.each(ALERTS.map((alert) => [alert.type, alert] as const))('%s', (_, { id, detail }) => {
  test('is shown as an event', () => {
    const { summary, ...rest } = detail;
    expect(details).toContainEqual({ id, deployment: 'genai', ...rest, summary: '…' });
    expect(summary.length).toBeLessThan(700);
  });

  test('is shown as a mail', () => {
    const mails = blocks('text').map((body) => body.replace(/\s+/g, ' ').trim());
    expect(mails).toContain(`genai: ${detail.summary}`);
  });
});
