/** Method: the command line in this process against a Cost Explorer that answers from a bill. */
import {
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { costSentry } from '../../support/command-line.ts';
import {
  billAnswers,
  type Charge,
  type CostExplorerServer,
  startCostExplorer,
} from '../../support/cost-explorer.ts';
import { parseCsv } from '../../support/csv.ts';
import { withEnvironment } from '../../support/environment.ts';
import { inFolder } from '../../support/temporary-folder.ts';

const HAIKU = 'Claude 3 Haiku (Amazon Bedrock Edition)';
const charge = (day: string, costCenter: string | undefined, service: string, amount: string) => ({
  day,
  service,
  usageType:
    service === HAIKU ? 'USE1-MP:USE1_InputTokenCount-Units' : 'USE1-NovaLite-input-tokens',
  amount,
  ...(costCenter !== undefined && { tags: { costCenter, environment: 'production' } }),
});
const BILL: readonly Charge[] = [
  charge('2026-11-01', 'sales', 'Amazon Bedrock', '1.0000123456'),
  charge('2026-11-01', 'sales', HAIKU, '1.2E-7'),
  charge('2026-11-01', 'support', HAIKU, '0.3'),
  charge('2026-11-01', undefined, 'Amazon Bedrock', '0.1'),
  charge('2026-11-01', 'sales', 'AWS Lambda', '700'),
  charge('2026-11-02', 'sales', HAIKU, '2.5'),
  charge('2026-11-02', '=1+1, "quoted"', HAIKU, '0.25'),
  { ...charge('2026-11-24', undefined, HAIKU, '-0.05'), recordType: 'Refund' },
  charge('2026-12-01', 'sales', HAIKU, '99'),
];
const TOTAL = '4.1000124656';

const FINANCE = `
name         = "genai"
models       = { lite = { model_id = "amazon.nova-lite-v1:0" } }
applications = { faq = { environments = ["dev"] } }
tag_keys     = { cost_center = "CostCenter", application = "App" }
cost_centers = { sales = { tag_value = "CC-10042", models = ["lite"], applications = ["faq"] } }
`;

withEnvironment({
  AWS_ENDPOINT_URL_COST_EXPLORER: undefined,
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  AWS_REGION: 'eu-west-1',
});
let server: CostExplorerServer;
const serve = async (answer: Parameters<typeof startCostExplorer>[0]) => {
  server = await startCostExplorer(answer);
  process.env.AWS_ENDPOINT_URL_COST_EXPLORER = server.url;
};
afterEach(() => server?.close());

const clock = { now: () => Date.parse('2026-11-25T13:00:00Z') };
const report = (...args: readonly string[]) => costSentry(['report', ...args], { clock });
const november = ['--from', '2026-11-01', '--to', '2026-12-01'];

describe('the report', () => {
  test('is a table whose cents add up, with the untagged and the price of asking', async () => {
    await serve(billAnswers(BILL));
    const { exitCode, out, err } = await report(...november);
    expect([exitCode, err]).toEqual([0, '']);
    expect(out).toMatch(/^sales +3\.50 +84\.3 %/m);
    expect(out).toMatch(/^\(untagged\) +0\.10 +2\.4 %/m);
    expect(out).toMatch(/^total +4\.15 +100\.0 %/m);
    expect(out).toMatch(/^credits +-0\.05$/m);
    expect(out).toMatch(/^billed +4\.10$/m);
    expect(out).toContain('97.6 % of Bedrock cost is tagged with costCenter.');
    expect(out).toContain('Cost Explorer: 2 requests, USD 0.02.');
    expect(server.asked).toHaveLength(2);
  });

  test.each([1, 2, 3, 100])('is the same to the last digit with %i groups a page', async (size) => {
    await serve(billAnswers(BILL, size));
    const json = JSON.parse((await report(...november, '--format', 'json')).out);
    expect(json.total).toBe(TOTAL);
    expect(json.costExplorer.requests).toBe(Math.ceil(8 / size) + 1);
    expect(server.asked).toHaveLength(Math.ceil(8 / size) + 1);
    expect([json.used, json.credits]).toEqual(['4.1500124656', '-0.05']);
    expect(json.rows).toContainEqual({
      ...{ from: '2026-11-01', to: '2026-11-02', value: 'sales', amount: '1.0000124656' },
      ...{ currency: 'USD', estimated: false, type: 'usage' },
    });
    expect(json.rows.at(-1)).toMatchObject({
      value: '(untagged)',
      untagged: true,
      amount: '-0.05',
      type: 'credit',
    });
    const csv = parseCsv((await report(...november, '--format', 'csv')).out);
    expect(csv[0]).toEqual(['from', 'to', 'costCenter', 'amount', 'currency', 'estimated', 'type']);
    expect(csv.slice(1).map((row) => row[3])).toEqual(
      json.rows.map(({ amount }: { amount: string }) => amount),
    );
    expect(csv.map((row) => row[2])).toContain(`'=1+1, "quoted"`);
  });

  test('is by month, by model and of some tags', async () => {
    await serve(billAnswers(BILL));
    const flags = ['--by', 'model', '--granularity', 'monthly', '--json'];
    const json = JSON.parse((await report(...november, ...flags)).out);
    expect(json.values).toEqual([
      { value: 'Claude 3 Haiku', amount: '3.05000012', share: 0.735 },
      { value: 'NovaLite', amount: '1.1000123456', share: 0.265 },
    ]);
    expect(json.periods).toMatchObject([
      { from: '2026-11-01', to: '2026-12-01', amount: '4.1500124656' },
    ]);
    const narrowed = ['--filter', 'costCenter=sales,support', '--filter', 'environment=production'];
    const some = JSON.parse((await report(...november, '--json', ...narrowed)).out);
    expect([some.total, some.tagged]).toEqual(['3.8000124656', undefined]);
    const none = JSON.parse((await report(...november, '--json', '--filter', 'costCenter=')).out);
    expect(none.total).toBe('0.05');
  });

  test('shows the shares of what was used where credits pay the bill', async () => {
    const month = (costCenter: string | undefined, amount: string, recordType: string) => ({
      ...charge('2026-10-07', costCenter, 'Amazon Bedrock', amount),
      recordType,
    });
    await serve(
      billAnswers([
        month('sales', '31.20', 'Usage'),
        month('support', '8.80', 'Usage'),
        month('support', '-8.80', 'Credit'),
        month(undefined, '-31.20', 'Credit'),
      ]),
    );
    const october = ['--from', '2026-10-01', '--to', '2026-11-01', '--granularity', 'monthly'];
    const { out } = await report(...october);
    expect(out).toMatch(/^sales +31\.20 +78\.0 %/m);
    expect(out).toMatch(/^support +8\.80 +22\.0 %/m);
    expect(out).toContain(
      'Usage USD 40.00, credits and refunds USD -40.00, billed USD 0.00. Shares are shares of usage.',
    );
    expect(out).toContain('100.0 % of Bedrock cost is tagged with costCenter.');
    const csv = parseCsv((await report(...october, '--format', 'csv')).out);
    expect(csv.slice(1).map((row) => [row[2], row[3], row[6]])).toEqual([
      ['(untagged)', '-31.20', 'credit'],
      ['sales', '31.20', 'usage'],
      ['support', '8.80', 'usage'],
      ['support', '-8.80', 'credit'],
    ]);
  });

  test('takes a group below nothing as a credit, also where record types are not known', async () => {
    await serve(() => ({
      body: JSON.stringify({
        ResultsByTime: [
          {
            TimePeriod: { Start: '2026-10-01', End: '2026-11-01' },
            Groups: [
              ['sales', '31.20'],
              ['support', '8.80'],
              ['', '-40.00'],
            ].map(([tag, Amount]) => ({
              Keys: [`costCenter$${tag}`, 'Amazon Bedrock'],
              Metrics: { UnblendedCost: { Amount, Unit: 'USD' } },
            })),
          },
        ],
      }),
    }));
    const { out } = await report('--from', '2026-10-01', '--to', '2026-11-01');
    expect(out).toMatch(/^sales +31\.20 +78\.0 %/m);
    expect(out).toMatch(/^credits +-40\.00$/m);
    expect(out).toMatch(/^billed +0\.00$/m);
  });

  test('names cost centers whose keys and values in the bill are those of finance', async () => {
    await inFolder(async (folder) => {
      const file = join(folder, 'finance.tfvars');
      writeFileSync(file, FINANCE);
      const of = (value: string, amount: string) => ({
        ...charge('2026-11-05', undefined, 'Amazon Bedrock', amount),
        tags: { CostCenter: value, App: 'faq' },
      });
      // The last one is from before the cost center had a `tag_value`.
      await serve(billAnswers([of('CC-10042', '3'), of('CC-7', '2'), of('sales', '1')]));
      const { out } = await report(...november, '--var-file', file);
      expect(out).toMatch(/^sales +4\.00 /m);
      expect(out).toMatch(/^CC-7 +2\.00 /m);
      const narrowed = ['--filter', 'costCenter=sales', '--by', 'applicationId', '--json'];
      const json = JSON.parse((await report(...november, '--var-file', file, ...narrowed)).out);
      expect(json.values).toEqual([{ value: 'faq', amount: '4.00', share: 1 }]);
      expect(server.asked.at(-1)).toMatchObject({
        GroupBy: [{ Type: 'TAG', Key: 'App' }, { Key: 'SERVICE' }],
        Filter: {
          And: [{ Tags: { Key: 'CostCenter', Values: ['CC-10042', 'sales'] } }, expect.anything()],
        },
      });
    });
  });

  test('names what is wrong in a file as the file does, and the flags as flags', async () => {
    await inFolder(async (folder) => {
      const file = join(folder, 'wrong.tfvars');
      writeFileSync(file, 'models = 5');
      const { exitCode, err } = await report('--from', 'soon', '--var-file', file);
      expect([exitCode, err]).toEqual([
        2,
        expect.stringMatching(
          /^--from: .*\napplications: .*\ncost_centers: .*\nmodels: must be an object/,
        ),
      ]);
    });
  });

  test('groups by a tag of the roles and users that called Bedrock', async () => {
    const by = (name: string | undefined, amount: string) => ({
      ...charge('2026-11-05', undefined, HAIKU, amount),
      tags: { ...(name && { 'iamPrincipal/costSentry': name }) },
    });
    await serve(billAnswers([by('genai', '9'), by(undefined, '1')]));
    const { out, exitCode } = await report(...november, '--by', 'iamPrincipal/costSentry');
    expect([exitCode, out]).toEqual([0, expect.stringMatching(/^genai +9\.00 +90\.0 %/m)]);
    expect(out).toMatch(/^\(untagged\) +1\.00 +10\.0 %/m);
    const none = await report(...november, '--by', 'iamPrincipal/');
    expect([none.exitCode, none.err]).toEqual([2, expect.stringContaining('iamPrincipal/<key>')]);
  });

  test('says what to do when no cost carries the tag, and when there is none', async () => {
    await serve(billAnswers(BILL));
    const { out } = await report(...november, '--by', 'applicationId');
    expect(out).toContain('0.0 % of Bedrock cost is tagged with applicationId.');
    expect(out).toContain('Activate applicationId as a cost allocation tag');
    const nothing = await report(...november, '--filter', 'costCenter=ghost');
    expect(nothing.out).toContain('Nothing was billed for Bedrock with costCenter=ghost');
  });

  test('says at a terminal that it waits, and clears that before it writes', async () => {
    await serve(billAnswers(BILL, 3));
    const world = { clock, answer: '' };
    const { shown, out } = await costSentry(['report', ...november], world);
    expect(shown).toEqual(['Querying Cost Explorer …', '', '']);
    expect(out).toContain('Cost Explorer: 4 requests');
  });

  test('goes into a file only when it is whole', () =>
    inFolder(async (folder) => {
      await serve((asked, count) =>
        count === 1
          ? {
              status: 400,
              body: JSON.stringify({ __type: 'BillExpirationException', message: 'gone' }),
            }
          : billAnswers(BILL, 3)(asked),
      );
      const file = join(folder, 'report.csv');
      const failed = await report(...november, '--format', 'csv', '--out', file);
      expect([failed.exitCode, readdirSync(folder)]).toEqual([2, []]);
      const { exitCode, out } = await report(...november, '--format', 'csv', '--out', file);
      expect([exitCode, out, readdirSync(folder)]).toEqual([0, '', ['report.csv']]);
      expect(parseCsv(readFileSync(file, 'utf8'))).toHaveLength(7);
      const nowhere = await report('--out', join(folder, 'no', 'report.csv'));
      expect([nowhere.exitCode, nowhere.err]).toEqual([2, expect.stringContaining('--out: ')]);
    }));

  test('goes to standard output with --out -', async () => {
    await serve(billAnswers(BILL, 3));
    const { exitCode, out } = await report(...november, '--format', 'csv', '--out', '-');
    expect([exitCode, existsSync('-')]).toEqual([0, false]);
    expect(parseCsv(out)).toHaveLength(7);
  });

  test('never takes the place of a folder, a device or a link', () =>
    inFolder(async (folder) => {
      await serve(billAnswers(BILL));
      const onto = (file: string) => report(...november, '--format', 'csv', '--out', file);
      const { exitCode, err } = await onto(folder);
      expect([exitCode, err]).toEqual([2, expect.stringMatching(/^--out: .*: .*is a folder/)]);
      expect(server.asked).toHaveLength(0);
      expect((await onto('/dev/null')).exitCode).toBe(0);
      expect(statSync('/dev/null').isCharacterDevice()).toBe(true);
      const [file, link] = [join(folder, 'real.csv'), join(folder, 'link.csv')];
      writeFileSync(file, '');
      symlinkSync(file, link);
      expect((await onto(link)).exitCode).toBe(0);
      expect(lstatSync(link).isSymbolicLink()).toBe(true);
      expect(parseCsv(readFileSync(file, 'utf8'))).toHaveLength(7);
      expect(readdirSync(folder)).toHaveLength(2);
    }));

  // Only Linux has the device that is always full.
  test('says in a sentence that the disk is full', async () => {
    if (!existsSync('/dev/full')) return;
    await serve(billAnswers(BILL));
    const { exitCode, err } = await report(...november, '--out', '/dev/full');
    expect([exitCode, err]).toEqual([2, '--out: "/dev/full": the disk is full\n']);
  });

  test('waits for a throttled Cost Explorer, and counts what it sent', async () => {
    await serve((asked, count) =>
      count === 0
        ? {
            status: 400,
            body: JSON.stringify({ __type: 'LimitExceededException', message: 'slow down' }),
          }
        : billAnswers(BILL)(asked),
    );
    const json = JSON.parse((await report(...november, '--json')).out);
    expect([json.total, json.costExplorer]).toEqual([TOTAL, { requests: 3, usd: '0.03' }]);
  });
});

describe('the report refuses', () => {
  const failing = (type: string, message: string) => () => ({
    status: 400,
    body: JSON.stringify({ __type: type, message }),
  });

  test.each([
    [
      'AccessDeniedException',
      'User: arn:aws:iam::1:user/ada is not authorized to perform: ce:GetCostAndUsage on resource: *',
      'has no right to ce:GetCostAndUsage',
    ],
    [
      'AccessDeniedException',
      'User not enabled for cost explorer access',
      'Cost Explorer is not enabled',
    ],
    [
      'DataUnavailableException',
      'Data is not available. Please try to adjust the time period.',
      'Cost Explorer has no data yet',
    ],
  ])('in one sentence: %s, %s', async (type, message, says) => {
    await serve(failing(type, message));
    const { exitCode, out, err } = await report();
    expect([exitCode, out]).toEqual([2, '']);
    expect(err).toContain(says);
    expect(err.trimEnd()).not.toContain('\n');
  });

  test.each([
    [
      'an amount',
      { Metrics: { UnblendedCost: { Amount: 'much', Unit: 'USD' } } },
      'the amount "much"',
    ],
    [
      'currencies',
      { Metrics: { UnblendedCost: { Amount: '1', Unit: 'EUR' } } },
      'in "USD" and in "EUR"',
    ],
  ])('an answer whose %s can not be understood', async (_, group, says) => {
    const usd = {
      Keys: ['costCenter$a', 'Amazon Bedrock'],
      Metrics: { UnblendedCost: { Amount: '1', Unit: 'USD' } },
    };
    const period = {
      TimePeriod: { Start: '2026-11-01', End: '2026-11-02' },
      Groups: [usd, { ...usd, ...group }],
    };
    await serve(() => ({ body: JSON.stringify({ ResultsByTime: [period] }) }));
    const { exitCode, err } = await report();
    expect([exitCode, err]).toEqual([2, expect.stringContaining(says)]);
  });

  test('a page that comes again, which would never end', async () => {
    await serve(() => ({ body: JSON.stringify({ ResultsByTime: [], NextPageToken: 'again' }) }));
    const { exitCode, err } = await report();
    expect([exitCode, err]).toEqual([2, expect.stringContaining('the same page twice')]);
    expect(server.asked).toHaveLength(2);
  });

  test('flags that make no sense, by name and without asking', async () => {
    await serve(billAnswers(BILL));
    const { exitCode, err } = await report('--from', 'soon', '--by', 'team', '--format', 'pdf');
    expect(exitCode).toBe(2);
    expect(err).toMatch(
      /^--from: must be a date.*\n--by: unknown key "team".*\n--format: unknown format "pdf"/,
    );
    const both = await report('--json', '--format', 'csv');
    expect(JSON.parse(both.out).problems).toMatchObject([{ path: 'json' }]);
    expect(server.asked).toHaveLength(0);
  });
});
