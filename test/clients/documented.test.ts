/** The examples of docs/calling.md and the settings of Claude Code in docs/clients.md, as they are. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  type Json,
  pathOf,
  type RunningSandbox,
  runSandbox,
} from '../integration/sandbox/support/run-sandbox.ts';
import { INSTALLED, PYTHON } from './support/client-program.ts';

const REGION = 'us-east-1';
const VARIABLES = 'test/clients/support/documented.tfvars';
const MODEL = 'us.anthropic.claude-sonnet-4-6';
const CLAUDE_CODE = `@anthropic-ai/claude-code-${process.platform}-${process.arch}`;
const ALONE = { CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1', DISABLE_AUTOUPDATER: '1' };
const TEXT = 'The answer of the documented example.';

let sandbox: RunningSandbox;
let folder: string;
let env: Record<string, string>;

beforeAll(async () => {
  sandbox = await runSandbox('--var-file', pathOf(VARIABLES), '--identity', 'on');
  folder = await mkdtemp(join(tmpdir(), 'documented-'));
  const { roles } = (await sandbox.get('/_sandbox/identities')).body;
  const role = roles.find((each: Json) => each.costCenter === 'sales');
  const { key } = (await sandbox.post('/_sandbox/keys', { costCenter: 'sales' })).body;
  const { token } = (await sandbox.post('/_sandbox/token', { claims: { team: 'sales' } })).body;
  env = {
    PATH: `${folder}:${process.env.PATH}`,
    HOME: folder,
    PYTHONDONTWRITEBYTECODE: '1',
    AWS_REGION: REGION,
    AWS_DEFAULT_REGION: REGION,
    AWS_ACCESS_KEY_ID: role.accessKeyId,
    AWS_SECRET_ACCESS_KEY: role.secretAccessKey,
    API_ENDPOINT: sandbox.url,
    PROXY_URL: sandbox.url,
    KEY: key,
    JWT: token,
  };
  // Commands that the examples run, as far as they matter to them.
  await command('terraform', `echo ${sandbox.url}`);
  await command('aws', `echo export AWS_REGION=${REGION}`);
  await command(
    'cost-sentry',
    `exec ${process.execPath} ${pathOf('dist/cli/cost-sentry.mjs')} "$@"`,
  );
  await sandbox.post('/_sandbox/bedrock/behavior', { text: TEXT });
}, 180_000);
afterAll(async () => {
  await sandbox.stop();
  await rm(folder, { recursive: true, force: true });
});

const command = (name: string, script: string) =>
  writeFile(join(folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });

const blocks = async (page: string): Promise<readonly (readonly [string, string])[]> =>
  Array.from(
    (await readFile(pathOf(page), 'utf8')).matchAll(/^```(\w+)\n(.*?)^```$/gms),
    ([, language = '', source = '']) => [language, source] as const,
  );

/** How a reader runs an example. */
const RUNNERS: Readonly<Record<string, (source: string) => readonly [string, readonly string[]]>> =
  {
    sh: (source) => ['bash', ['-euc', source.replaceAll('$AWS_SESSION_TOKEN', '')]],
    python: (source) => [PYTHON, ['-c', source]],
    ts: (source) => [
      process.execPath,
      ['--experimental-strip-types', '--input-type=module-typescript', '-e', source],
    ],
  };

const USES =
  /\$\{?(?:API_ENDPOINT|PROXY_URL)|process\.env\.(?:API_ENDPOINT|PROXY_URL)|environ\["(?:API_ENDPOINT|PROXY_URL)"\]/;
const CREDENTIALS = [
  ['SigV4', /SigV4|sigv4|signature-v4/, 'iam'],
  ['a JWT', /\bJWT\b/, 'jwt'],
  ['a key', /\bKEY\b/, 'key'],
] as const;
const LANGUAGES = ['sh', 'python', 'ts'];

describe('docs/calling.md', () => {
  test.each(
    CREDENTIALS.flatMap((each) => LANGUAGES.map((language) => [...each, language] as const)),
  )('calls a model with %s (%s, %s) in %s', async (_, pattern, kind, language) => {
    const found = (await blocks('docs/calling.md')).filter(
      ([each, source]) => each === language && USES.test(source) && pattern.test(source),
    );
    expect(found).toHaveLength(1);
    const [file, args] = RUNNERS[language]?.(found[0]?.[1] ?? '') ?? ['', []];
    const { stdout } = await promisify(execFile)(file, args, { env, cwd: pathOf('.') });
    expect(stdout).toContain(TEXT);
    const { body } = await sandbox.get('/_sandbox/audit');
    expect(body.at(-1)).toMatchObject({
      outcome: 'succeeded',
      caller: { kind },
      tags: { costCenter: 'sales', applicationId: 'chat', environment: 'production' },
    });
  });
});

describe('docs/clients.md', () => {
  test('has settings with which Claude Code gets a token by itself, and stores no key', async () => {
    const [, settings = ''] =
      (await blocks('docs/clients.md')).find(([, source]) => source.includes('apiKeyHelper')) ?? [];
    const written = settings
      .replace('URL/anthropic', `${sandbox.url}/anthropic`)
      .replace('API_ENDPOINT', sandbox.url)
      .replace(/,\n +"AWS_PROFILE": "sales"/, '');
    const file = join(folder, 'settings.json');
    await writeFile(file, written);
    const { KEY: _, JWT: __, ...own } = env;
    const { stdout } = await promisify(execFile)(
      join(INSTALLED, 'node_modules', CLAUDE_CODE, 'claude'),
      ['-p', 'Hi', '--settings', file, '--output-format', 'json'],
      { cwd: folder, env: { ...own, ...ALONE, ANTHROPIC_MODEL: MODEL } },
    );
    expect(JSON.parse(stdout)).toMatchObject({ is_error: false, result: TEXT });
    const { body } = await sandbox.get('/_sandbox/audit');
    const line = body.findLast((each: Json) => each.outcome === 'succeeded');
    expect(line).toMatchObject({ caller: { kind: 'iam', token: expect.stringMatching(/^t/) } });
  });
});
