import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { costSentry } from '../../support/command-line.ts';
import { inFolder } from '../../support/temporary-folder.ts';

const GOOD = 'examples/complete/terraform.tfvars';
const BAD = 'test/fixtures/broken/unknown-model.tfvars';

describe('cost-sentry validate', () => {
  test('exits with 0 when the files resolve', async () => {
    const result = await costSentry(['validate', '--var-file', GOOD]);
    expect(result).toMatchObject({
      exitCode: 0,
      out: 'valid: 3 cost centers, 6 models\n',
      err: '',
    });
  });

  test('prints one line for each problem and exits with 2', async () => {
    const { exitCode, out } = await costSentry(['validate', '--var-file', BAD]);
    expect(exitCode).toBe(2);
    expect(out).toMatch(/^cost_centers\.sales\.models\[1\]: unknown model "nova-litte": .*\n$/);
  });

  test('prints JSON when asked', async () => {
    const good = await costSentry(['validate', '--json', '--var-file', GOOD]);
    expect(JSON.parse(good.out)).toEqual({
      valid: true,
      region: 'us-east-1',
      problems: [],
      warnings: [],
    });
    const bad = await costSentry(['validate', '--json', '--var-file', BAD]);
    expect(bad.exitCode).toBe(2);
    expect(JSON.parse(bad.out)).toEqual({
      valid: false,
      region: 'us-east-1',
      warnings: [
        {
          path: 'cost_centers.sales',
          message: expect.stringMatching(/^has no enforced limit/),
        },
      ],
      problems: [{ path: 'cost_centers.sales.models[1]', message: expect.any(String) }],
    });
  });

  test('takes several files, of which the last wins', async () => {
    const result = await costSentry(['validate', '--var-file', BAD, '--var-file', GOOD]);
    expect(result.exitCode).toBe(0);
  });

  test('says which file is not there, without a stack trace', async () => {
    const { exitCode, out, err } = await costSentry(['validate', '--var-file', 'nope.tfvars']);
    expect([exitCode, out, err]).toEqual([2, 'nope.tfvars: file not found\n', '']);
  });
});

describe('cost-sentry', () => {
  test.each([
    [[]],
    [['validate']],
    [['valdate']],
    [['validate', '--nope']],
    [['validate', '--var-file']],
  ])('exits with 2 for the arguments %j', async (args) => {
    const { exitCode, err } = await costSentry(args);
    expect(exitCode).toBe(2);
    expect(err).not.toBe('');
  });

  test.each([[['--help']], [['--version']], [['validate', '--help']]])(
    'exits with 0 for %j',
    async (args) => {
      expect(await costSentry(args)).toMatchObject({ exitCode: 0, err: '' });
    },
  );
});

test('a tfvars file without --var-file is answered with the flag', async () => {
  const { exitCode, err } = await costSentry(['validate', 'terraform.tfvars']);
  expect(exitCode).toBe(2);
  expect(err).toContain('--var-file "terraform.tfvars"');
});

test('one cost center and one model are counted as one', () =>
  inFolder(async (folder) => {
    const file = join(folder, 'one.tfvars');
    writeFileSync(
      file,
      `models       = { lite = { model_id = "amazon.nova-lite-v1:0" } }
       applications = { faq = { environments = ["dev"] } }
       cost_centers = { sales = { models = ["lite"], applications = ["faq"] } }`,
    );
    const { out } = await costSentry(['validate', '--var-file', file]);
    expect(out).toMatch(/^valid: 1 cost center, 1 model$/m);
  }));
