/** Method: the command in this process against moto's Cost Explorer, whose answers are given to it. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Moto, startMoto } from '../acceptance/support/moto.ts';
import { costSentry } from '../support/command-line.ts';
import { parseCsv } from '../support/csv.ts';

const VARIABLES = {
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  AWS_REGION: 'us-east-1',
};

let moto: Moto;
beforeAll(async () => {
  moto = await startMoto('0');
  Object.assign(process.env, VARIABLES, { AWS_ENDPOINT_URL_COST_EXPLORER: moto.url });
});
afterAll(() => moto?.close());

const group = (costCenter: string, service: string, amount: string) => ({
  Keys: [`costCenter$${costCenter}`, service],
  Metrics: { UnblendedCost: { Amount: amount, Unit: 'USD' } },
});
const period = (start: string, end: string, groups: readonly object[]) => ({
  ...{ TimePeriod: { Start: start, End: end }, Total: {}, Groups: groups, Estimated: false },
});
const HAIKU = 'Claude 3 Haiku (Amazon Bedrock Edition)';
const FIRST = period('2026-10-01', '2026-10-02', [
  group('sales', HAIKU, '12.3456789012'),
  group('sales', 'Amazon Bedrock', '1.2E-7'),
  group('', HAIKU, '0.004'),
  group('sales', 'Amazon DynamoDB', '99'),
]);
const SECOND = period('2026-10-02', '2026-10-03', [
  group('support', HAIKU, '7.1'),
  group('sales', HAIKU, '-0.5'),
]);
const TOTAL = '18.9496790212';

/** moto gives each in turn to a request it has not had before, and the same again to the same. */
async function scriptMoto(results: readonly object[]): Promise<void> {
  const reset = await fetch(`${moto.url}/moto-api/reset`, { method: 'POST' });
  const answer = await fetch(`${moto.url}/moto-api/static/ce/cost-and-usage-results`, {
    method: 'POST',
    body: JSON.stringify({ account_id: '123456789012', results }),
  });
  expect([reset.status, answer.status]).toEqual([200, 201]);
}

const report = async (...flags: readonly string[]): Promise<string> => {
  const days = ['--from', '2026-10-01', '--to', '2026-11-01'];
  const clock = { now: () => Date.parse('2026-11-25T13:00:00Z') };
  const { exitCode, out, err } = await costSentry(['report', ...days, ...flags], { clock });
  expect([exitCode, err]).toEqual([0, '']);
  return out;
};

describe.each([
  ['one page', [{ ResultsByTime: [FIRST, SECOND] }]],
  ['two pages', [{ ResultsByTime: [FIRST], NextPageToken: 'next' }, { ResultsByTime: [SECOND] }]],
])('from %s of moto', (_, results) => {
  test('every format has the sum of what it answered', async () => {
    await scriptMoto(results);
    const json = JSON.parse(await report('--json'));
    expect([json.total, json.costExplorer.requests]).toEqual([TOTAL, results.length + 1]);
    const [, ...rows] = parseCsv(await report('--format', 'csv'));
    expect(rows.map((row) => [row[0], row[2], row[3]])).toEqual([
      ['2026-10-01', '(untagged)', '0.004'],
      ['2026-10-01', 'sales', '12.3456790212'],
      ['2026-10-02', 'sales', '-0.50'],
      ['2026-10-02', 'support', '7.10'],
    ]);
    const table = await report();
    expect(table).toMatch(/^total +19\.45 +100\.0 %$/m);
    expect(table).toMatch(/^credits +-0\.50$/m);
    expect(table).toMatch(/^billed +18\.95$/m);
    const page = await report('--format', 'html');
    const [, shares = ''] = /<table class="shares">(.*?)<\/table>/s.exec(page) ?? [];
    const cells = [...shares.matchAll(/<\/span>([^<]+)<\/th><td>([\d.]+)<\/td>/g)];
    expect(cells.map(([, name, cents]) => `${name} ${cents}`)).toEqual([
      'sales 12.35',
      'support 7.10',
      '(untagged) 0.00',
    ]);
  });
});

test('an account without costs gets a message', async () => {
  await scriptMoto([]);
  expect(await report()).toContain('Nothing was billed for Bedrock in this period.');
});
