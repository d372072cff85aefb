/** The program of docs/clients.md that slows down, as it is, on a limit of three requests. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { pathOf, type RunningSandbox, runSandbox } from './support/run-sandbox.ts';
import { SMALL } from './support/small-policy.ts';

let sandbox: RunningSandbox;
beforeAll(async () => {
  sandbox = await runSandbox('--var-file', SMALL);
}, 180_000);
afterAll(() => sandbox.stop());

const page = readFileSync(pathOf('docs/clients.md'), 'utf8');
const [, source = ''] =
  Array.from(page.matchAll(/^```js\n(.*?)^```$/gms)).find(([, text]) =>
    text?.includes('ratelimit'),
  ) ?? [];

/** With a task more than the limit has room for, and pauses that a test has the time for. */
const program = source
  .replace("'The third task'", "'The third task', 'The fourth task'")
  .replace('60_000', '10');

test('stops by itself before a call is denied', async () => {
  const binding = { costCenter: 'retail', environment: 'production' };
  const { body } = await sandbox.post('/_sandbox/keys', binding);
  await sandbox.post('/_sandbox/bedrock/behavior', { text: 'Done.' });
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module', '-e', program],
    { env: { PROXY_URL: sandbox.url, KEY: body.key } },
  );
  expect(stdout).toBe(`${'Done.\n'.repeat(3)}Less than 5 % of a limit is left.\n`);
  const { body: audit } = await sandbox.get('/_sandbox/audit');
  const outcomes = audit.flatMap((line: { outcome?: string }) => line.outcome ?? []);
  expect(outcomes).toEqual(['succeeded', 'succeeded', 'succeeded']);
});
