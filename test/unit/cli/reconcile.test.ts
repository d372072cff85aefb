import { expect, test } from '@jest/globals';
import { reconciliationText } from '../../../cli/reconcile/format.ts';
import { reconcile } from '../../../core/insight/reconcile/reconcile.ts';
import { costSentry } from '../../support/command-line.ts';
import { configWith, policyOf } from '../../support/policy.ts';

test('wrong flags are reported before AWS is called', async () => {
  const args = ['reconcile', '--table', 'none', '--from', 'soon', '--tolerance', '-1'];
  const { exitCode, err } = await costSentry(args);
  expect([exitCode, err]).toEqual([
    2,
    expect.stringMatching(/^--from: must be a date.*\n--tolerance: must be a percentage.*"-1"\n$/),
  ]);
});

test('the table has no digits that say nothing', () => {
  const nothing = { series: new Map(), owners: new Map() };
  const text = reconciliationText(
    reconcile({
      ...{ policy: policyOf(configWith({})), lost: new Map(), tolerance: 50 },
      ...{ span: { from: '2026-11-16', to: '2026-11-18' }, now: Date.parse('2026-11-25') },
      metered: {
        series: new Map([
          [
            'profile',
            new Map([
              [
                '2026-11-16',
                { input: 1000, output: 0, cacheRead: 0, cacheWrite: 0, nanoUsd: 12_345_678n },
              ],
            ]),
          ],
        ]),
        owners: new Map([['profile', { costCenter: 'sales', model: 'haiku' }]]),
      },
      observed: nothing,
      billed: {
        byCostCenter: new Map([['sales', 143_962_962_936n]]),
        untagged: 49_999n,
        isTagged: true,
        requests: 1,
      },
    }),
    { notes: [] },
  );
  const rows = text.split('\n').filter((line) => /^(?:sales| +all)/.test(line));
  expect(rows.map((row) => row.trim().split(/ {2,}/))).toEqual([
    ['sales', 'haiku', '1000', '0', '0.0123', '0.00', '-0.0123 (100.0 %) !', 'metrics_missing'],
    [
      ...['all', '1000', '0', '0.0123', '0.00', '-0.0123 (100.0 %) !'],
      ...['143.963', '+143.9506 (over 1000 %) !', 'unexplained'],
    ],
  ]);
});
