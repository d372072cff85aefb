/** Method: options of every command, before the command and after it, in this process. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { costSentry } from '../../support/command-line.ts';

const COMPLETE = 'examples/complete/terraform.tfvars';
const validate = ['validate', '--var-file', COMPLETE];

describe('global options', () => {
  test.each([
    [[...validate, '--region', 'us-west-2', '--output', 'json']],
    [['--region', 'us-west-2', '--output', 'json', ...validate]],
    [['--region=us-west-2', ...validate, '--json']],
  ])('%j reads the region and the format', async (args) => {
    const { exitCode, out } = await costSentry(args, { env: { AWS_REGION: 'eu-west-1' } });
    expect([exitCode, JSON.parse(out)]).toMatchObject([0, { valid: true, region: 'us-west-2' }]);
  });

  test('set the environment that the AWS SDK reads', async () => {
    const env: Record<string, string> = {};
    const args = [...validate, '--region', 'us-west-2', '--profile', 'payer'];
    await costSentry(args, { env });
    expect(env).toEqual({ AWS_REGION: 'us-west-2', AWS_PROFILE: 'payer' });
  });

  test.each([
    [{ AWS_DEFAULT_REGION: 'eu-west-2', AWS_PROFILE: 'payer' }, [], 'eu-west-2'],
    [{ AWS_PROFILE: 'payer' }, [], 'eu-central-1'],
    [{}, ['--profile', 'payer'], 'eu-central-1'],
    [{}, [], 'eu-north-1'],
    [{ AWS_PROFILE: 'unknown' }, [], 'us-east-1'],
  ])(
    'with %j and %j, a command without AWS takes the region of AWS clients',
    async (given, flags, region) => {
      const file = join(await mkdtemp(join(tmpdir(), 'profiles-')), 'config');
      await writeFile(
        file,
        '[default]\nregion = eu-north-1\n[profile payer]\nregion = eu-central-1\n',
      );
      const env = { ...given, AWS_CONFIG_FILE: file };
      const { out } = await costSentry([...validate, ...flags, '--json'], { env });
      await rm(dirname(file), { recursive: true });
      expect(JSON.parse(out)).toMatchObject({ region });
    },
  );

  test.each([
    [['--output', 'csv'], '--output: unknown format "csv": use one of table, json\n'],
    [['--region', 'mars'], '--region: must be a region such as eu-west-1, got "mars"\n'],
    [['--profile', ''], '--profile: must name a profile, got ""\n'],
  ])('%j are refused by name', async (args, message) => {
    const { exitCode, out, err } = await costSentry([...validate, ...args]);
    expect([exitCode, out]).toEqual([2, '']);
    expect(err).toContain(message);
    const json = await costSentry([...validate, ...args, '--json']);
    expect([json.exitCode, JSON.parse(json.out).problems.length]).toEqual([2, 1]);
  });

  test('--output selects a format of the report, once', async () => {
    const unknown = await costSentry(['report', '--output', 'pdf']);
    expect(unknown.err).toContain('unknown format "pdf": use one of table, csv, json, html');
    const both = await costSentry(['report', '--output', 'csv', '--format', 'csv']);
    expect([both.exitCode, both.err]).toEqual([2, expect.stringContaining('--output: is another')]);
  });

  test('are in the help of each command', async () => {
    const { out } = await costSentry(['limits', 'raise', '--help']);
    for (const flag of ['--region', '--profile', '--output']) expect(out).toContain(flag);
  });
});

describe('the options of a command', () => {
  test.each([
    [['keys', 'create', '--cost-centre', 'sales'], '--cost-center'],
    [['validate', '--varfile', COMPLETE], '--var-file'],
    [['doctor', '--var-files', COMPLETE], '--var-file'],
    [['invoke', '--modell', 'haiku'], '--model'],
    [['estimate', '--var-file', COMPLETE, '--request-per-month', '5'], '--requests-per-month'],
    [['simulate', '--var-file', COMPLETE, '--traces', 'a.jsonl'], '--trace'],
  ])('%j names the misspelled one and what it means', async (args, meant) => {
    const { exitCode, err } = await costSentry(args);
    expect(exitCode).toBe(2);
    expect(err).toMatch(/unknown option '--[a-z-]+'/);
    expect(err).toContain(`Did you mean ${meant}?`);
  });

  test('that are missing are all named, with arguments that no one reads', async () => {
    const args = ['simulate', 'a.jsonl'];
    const { exitCode, err } = await costSentry(args);
    expect([exitCode, err]).toEqual([
      2,
      '--var-file: is required\n--trace: is required\narguments: "a.jsonl" is not expected\n' +
        '(add --help for usage)\n',
    ]);
    const json = await costSentry([...args, '--json']);
    expect(JSON.parse(json.out).problems).toHaveLength(3);
  });

  test('that are required are shown as such', async () => {
    const { out } = await costSentry(['keys', 'create', '--help']);
    expect(out).toMatch(/--cost-center <name> .*\(required\)/);
  });

  test('are not needed to see an unknown command or its arguments', async () => {
    const extra = await costSentry(['usage', 'sales', '--url', 'http://127.0.0.1:9']);
    expect([extra.exitCode, extra.err]).toEqual([2, expect.stringContaining('"sales" is not')]);
    const wrong = await costSentry(['limits', 'shwo']);
    expect([wrong.exitCode, wrong.err]).toEqual([2, expect.stringContaining('mean show?')]);
  });
});
