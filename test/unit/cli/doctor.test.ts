/** Method: the command line in this process, with the clients of the AWS SDK, against an account. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { type Account, startAccount } from '../../support/aws-account.ts';
import { costSentry } from '../../support/command-line.ts';
import { withEnvironment } from '../../support/environment.ts';
import { inFolder } from '../../support/temporary-folder.ts';

withEnvironment({
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  AWS_MAX_ATTEMPTS: '1',
  AWS_ENDPOINT_URL: undefined,
});
let account: Awaited<ReturnType<typeof startAccount>>;

async function examine(given: Account = {}, ...args: readonly string[]) {
  account = await startAccount(given);
  process.env.AWS_ENDPOINT_URL = account.url;
  const flags = ['--var-file', 'examples/complete/terraform.tfvars', '--region', 'us-east-1'];
  return costSentry(['doctor', ...flags, ...args], {
    clock: { now: () => Date.parse('2026-11-29T12:00:00Z') },
  });
}

async function findings(given: Account) {
  const { exitCode, out } = await examine(given, '--json');
  const { ok, findings: all } = JSON.parse(out);
  expect(ok).toBe(exitCode === 0);
  const other = all.filter(({ status }: { status: string }) => status !== 'ok');
  return { exitCode, other };
}

afterEach(() => account?.close());

describe('the examination', () => {
  test('finds nothing missing in an account that has everything', async () => {
    const { exitCode, out, err } = await examine();
    expect([exitCode, err]).toEqual([0, '']);
    expect(out).toMatch(/^ok +identity +account 111122223333, .*role\/ci\/deployer, us-east-1$/m);
    expect(out).toMatch(/^ok +rights +\d{3} actions allowed$/m);
    expect(out).toMatch(/^ok +inference profiles +54 needed, 0 used by others, quota 1000$/m);
    expect(out).toMatch(/^ok +model claude-3-5-haiku +us\.anthropic\.\S+ can be called$/m);
    expect(out).toContain('Nothing is missing.');
    const models = account.asked.filter((each) => each.includes('foundation-model-availability'));
    expect(models).toHaveLength(6);
  });

  test('names the actions that are denied, and what denies them', async () => {
    const { exitCode, other } = await findings({
      denied: {
        'lambda:CreateFunctionUrlConfig': 'organization',
        'iam:CreateRole': 'boundary',
        'sns:CreateTopic': 'explicit',
        'events:PutRule': 'implicit',
      },
    });
    expect(exitCode).toBe(1);
    expect(other.map(({ detail }: { detail: string }) => detail).sort()).toEqual([
      'a policy denies sns:CreateTopic',
      'a service control policy of the organization denies lambda:CreateFunctionUrlConfig',
      'no policy allows events:PutRule',
      'the permissions boundary does not allow iam:CreateRole',
    ]);
  });

  test.each<[string, string, Account, RegExp, RegExp]>([
    ['concurrency', 'missing', { concurrency: 10 }, /^10 concurrent/, /request more/],
    ['concurrency', 'warning', { concurrency: 500 }, /^500 concurrent/, /two with/],
    [
      'inference profiles',
      'missing',
      {
        profilesQuota: 60,
        profileNames: ['other-1', 'other-2', 'other-3', 'o4', 'o5', 'o6', 'o7'],
      },
      /^54 needed, 7 used by others, quota 60$/,
      /console.aws.amazon.com\/servicequotas\/home\/services\/bedrock\/quotas\/L-40EC9882, or set inf/,
    ],
    [
      'event rules',
      'missing',
      { ruleNames: Array.from({ length: 297 }, (_, index) => `rule-${index}`) },
      /^4 needed, 297 used by others, quota 300$/,
      /services\/events\/quotas\/L-244521F2, or use another event_bus_name/,
    ],
    [
      'rights of functions',
      'missing',
      { denied: { 'bedrock:InvokeModel': 'organization', 'dynamodb:Query': 'implicit' } },
      /^a service control policy of the organization denies bedrock:InvokeModel to roles of this/,
      /exception/,
    ],
    [
      'model claude-2',
      'missing',
      { withoutAgreement: ['anthropic.claude-sonnet-4-6'] },
      /AWS Marketplace/,
      /as an administrator/,
    ],
    ['use case form', 'missing', { hasUseCase: false }, /there is none/, /put-use-case/],
    [
      'cost allocation tags',
      'warning',
      { activeTags: ['costCenter'] },
      /^applicationId, env/,
      /activate/,
    ],
  ])('%s can be %s', async (check, status, given, detail, fix) => {
    const { exitCode, other } = await findings(given);
    expect(exitCode).toBe(status === 'missing' ? 1 : 0);
    expect(other).toEqual([
      { check, status, detail: expect.stringMatching(detail), fix: expect.stringMatching(fix) },
    ]);
  });

  test('counts the profiles and rules of the deployment once', async () => {
    const profileNames = Array.from({ length: 54 }, (_, index) => `genai-${index}`);
    const rules = ['genai_alerts', 'genai_alerts_sales'];
    const ruleNames = [...rules, ...Array.from({ length: 296 }, (_, index) => `rule-${index}`)];
    const { other } = await findings({ profilesQuota: 60, profileNames, ruleNames });
    expect(other).toEqual([]);
  });

  test('does not guess a quota that the region does not have', async () => {
    const { exitCode, other } = await findings({ withoutQuotas: true });
    expect(exitCode).toBe(0);
    expect(other).toEqual([
      {
        check: 'inference profiles',
        status: 'unknown',
        detail: expect.stringMatching(/^54 needed, 0 used by others, quota not checked: /),
        fix: expect.stringContaining('us-east-1.console.aws.amazon.com'),
      },
      expect.objectContaining({ check: 'event rules', status: 'unknown' }),
    ]);
  });

  test('sends a member account to its payer, whose tags it cannot see', async () => {
    const { exitCode, out } = await examine({ payer: '444455556666' });
    expect(exitCode).toBe(0);
    expect(out).toContain('only the payer account 444455556666 sees the cost allocation tags');
    expect(account.asked).not.toContain('ListCostAllocationTags');
  });

  test('asks for the rights that the settings need', () =>
    inFolder(async (folder) => {
      const denied = {
        's3:CreateBucket': 'implicit',
        'ce:CreateAnomalyMonitor': 'implicit',
      } as const;
      const without = await examine({ denied });
      expect(without.out).toMatch(/^ok +rights /m);
      await account.close();
      const file = join(folder, 'reports.tfvars');
      writeFileSync(file, 'cost_reports = { enabled = true }');
      const { out } = await examine({ denied }, '--var-file', file);
      expect(out).toMatch(/^missing +rights +no policy allows s3:CreateBucket$/m);
    }));

  test.each<[string, Account, RegExp | undefined]>([
    ['front = "rest_api"', {}, /^ok +role for API logs +API Gateway has one in us-east-1$/m],
    [
      'front = "rest_api"',
      { hasApiLogRole: false },
      /^missing +role for API logs .*access lines$/m,
    ],
    ['front = "rest_api"', { refused: ['GET /account'] }, /^unknown +role for API logs .*refused/m],
    ['front = "rest_api", rest_api = { access_log = false }', { hasApiLogRole: false }, undefined],
    ['front = "function_url"', { hasApiLogRole: false }, undefined],
  ])('asks for the role of API logs with %s, %j', (settings, given, line) =>
    inFolder(async (folder) => {
      const file = join(folder, 'proxy.tfvars');
      writeFileSync(file, `proxy = { enabled = true, ${settings} }`);
      const { out } = await examine(given, '--var-file', file);
      expect(account.asked.includes('GET /account')).toBe(line !== undefined);
      expect(out).toMatch(line ?? /Nothing is missing\./);
    }),
  );

  test('shows a question that AWS refuses to answer as unknown', async () => {
    const { exitCode, other } = await findings({
      refused: ['ListRules', 'GET /inference-profiles'],
    });
    expect([exitCode, other.length]).toEqual([0, 2]);
    for (const { status, detail } of other) {
      expect([status, detail]).toEqual(['unknown', expect.stringContaining('AWS refused access')]);
    }
  });

  test('ends with a sentence when the credentials are refused', async () => {
    const { exitCode, out, err } = await examine({ refused: ['GetCallerIdentity'] });
    expect([exitCode, out]).toEqual([2, '']);
    expect(err).toContain('AWS refused access');
  });
});
