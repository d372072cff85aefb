/** Tokens, asked for with the built command line as a demo identity of the sandbox. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Json, pathOf } from './run-sandbox.ts';

interface Printed {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

const OUTPUT_MAX = 16_777_216;

/** Runs the built command line, with nothing else in its environment. */
export async function runCli(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Printed> {
  const file = pathOf('dist/cli/cost-sentry.mjs');
  const own = { PATH: process.env.PATH, AWS_EC2_METADATA_DISABLED: 'true' };
  const options = { env: { ...own, ...env }, maxBuffer: OUTPUT_MAX };
  try {
    const { stdout, stderr } = await promisify(execFile)(
      process.execPath,
      [file, ...args],
      options,
    );
    return { code: 0, out: stdout, err: stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, out: stdout, err: stderr };
  }
}

/** Runs `cost-sentry token` with the keys of a role, and its cache in that folder. */
export const printedToken = (
  url: string,
  role: Json,
  cache: string,
  ...args: readonly string[]
): Promise<Printed> =>
  runCli(['token', '--url', url, ...args], {
    HOME: cache,
    XDG_CACHE_HOME: cache,
    AWS_ACCESS_KEY_ID: role.accessKeyId,
    AWS_SECRET_ACCESS_KEY: role.secretAccessKey,
  });

export async function tokenOf(url: string, role: Json, ...args: readonly string[]) {
  const cache = await mkdtemp(join(tmpdir(), 'tokens-'));
  try {
    const { code, out, err } = await printedToken(url, role, cache, ...args);
    if (code !== 0) throw new Error(err);
    return out.trim();
  } finally {
    await rm(cache, { recursive: true });
  }
}
