import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { toThresholdCrossing } from '../../../../core/ledger/thresholds.ts';
import type { Alert } from '../../../../core/telemetry/alerts/alert-types.ts';
import { publishThresholdCrossings } from '../../../../core/telemetry/publish-limit-alerts.ts';
import { startLedger, type TestLedger } from '../../../support/ledger.ts';
import { limitsConfig, policyOf } from '../../../support/policy.ts';

const ACCOUNT = 'account#costCenter#retail#0';

const policy = policyOf(
  limitsConfig([
    { name: 'budget', window: 'month', unit: 'usd', amount: 0.0000001, notify_at: [50, 80, 100] },
  ]),
);
const [limit] = policy.costCenters.get('retail')?.limits ?? [];
if (!limit) throw new Error('the policy has a limit');

describe('threshold crossings', () => {
  let table: TestLedger;
  let alerts: Alert[];

  beforeAll(async () => {
    table = await startLedger();
  });
  afterAll(() => table.close());
  beforeEach(() => {
    alerts = [];
  });

  const ports = (publish = async (more: readonly Alert[]) => void alerts.push(...more)) => ({
    ledger: table.ledger,
    alerts: { publish },
  });
  const crossing = (percent: number, key: string) =>
    toThresholdCrossing(limit, {
      key,
      percent,
      used: percent,
      resetsAt: '2026-12-01T00:00:00.000Z',
    });
  const publishedPercents = async (key: string) =>
    Object.keys(await table.attributes(ACCOUNT))
      .filter((name) => name.startsWith(`p_${key}_`))
      .map((name) => Number(name.split('_').at(-1)))
      .sort((a, b) => a - b);

  test('are published in one request, and each is recorded', async () => {
    await publishThresholdCrossings(
      ports(),
      [crossing(80, 'a_1'), crossing(50, 'a_1')],
      'request-1',
    );
    expect(alerts.map(({ id }) => id)).toEqual([
      'costCenter#retail/a/1/80',
      'costCenter#retail/a/1/50',
    ]);
    expect(alerts[1]).toMatchObject({
      type: 'LimitThresholdCrossed',
      detail: {
        limit: 'budget',
        percent: 50,
        amount: 100,
        used: 50,
        usd: { amount: '0.0000001', used: '0.00000005' },
        requestId: 'request-1',
        summary:
          'Limit budget of cost center retail has reached 50 %: ' +
          'USD 0.00000005 of USD 0.0000001 per month used. ' +
          'It resets at 2026-12-01T00:00:00.000Z. ' +
          'Show usage: cost-sentry usage --cost-center retail. ' +
          'Raise the limit: cost-sentry limits raise retail/budget --help.',
      },
    });
    expect(await publishedPercents('a_1')).toEqual([50, 80]);
  });

  test.each([
    ['user', 'ann@example.com', 'user ann@example.com'],
    ['user', 'unknown', 'user unknown'],
    ['key', '3xK9mQ2p7R', 'key 3xK9mQ2p7R'],
    ['session', 'unknown', 'session unknown'],
    ['user', "https://idp#$(reboot) it's", "user 'https://idp#$(reboot) it'\\''s'"],
  ] as const)('of one %s, %s, name it in the commands', async (kind, name, words) => {
    const own = { ...limit, owner: { ...limit.owner, holder: { kind, name } } };
    const at = { key: `own-${name.length}_1`, percent: 50, used: 50, resetsAt: null };
    await publishThresholdCrossings(ports(), [toThresholdCrossing(own, at)]);
    const user = kind === 'user' ? ` --${words}` : '';
    expect(alerts[0]?.detail).toMatchObject({
      summary: expect.stringContaining(
        `Show usage: cost-sentry usage --cost-center retail --per ${kind}${user}. ` +
          `Raise the limit: cost-sentry limits raise retail/budget --${words} --help.`,
      ),
    });
  });

  test('are recorded for each counter separately', async () => {
    await publishThresholdCrossings(ports(), [crossing(50, 'b_1'), crossing(80, 'b_2')]);
    expect([await publishedPercents('b_1'), await publishedPercents('b_2')]).toEqual([[50], [80]]);
    expect(alerts[0]?.detail).not.toHaveProperty('requestId');
  });

  test('a higher percent that was published first does not replace a lower one', async () => {
    await publishThresholdCrossings(ports(), [crossing(80, 'c_1')]);
    expect(await publishedPercents('c_1')).toEqual([80]);
    await publishThresholdCrossings(ports(), [crossing(50, 'c_1')]);
    expect(await publishedPercents('c_1')).toEqual([50, 80]);
  });

  test('are not recorded if they were not published', async () => {
    const unavailable = ports(() => Promise.reject(new Error('the bus is unavailable')));
    await expect(publishThresholdCrossings(unavailable, [crossing(50, 'd_1')])).rejects.toThrow(
      'the bus is unavailable',
    );
    expect(await publishedPercents('d_1')).toEqual([]);
  });

  test('without crossings nothing is requested', async () => {
    table.requests.clear();
    await publishThresholdCrossings(
      ports(() => Promise.reject(new Error('asked'))),
      [],
    );
    expect(table.requests.size).toBe(0);
  });
});
