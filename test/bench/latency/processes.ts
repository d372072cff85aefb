/** Processes that the benchmark starts: sandboxes, and functions that only begin and end. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface SandboxProcess {
  readonly url: string;
  readonly pid: number;
  stop(): Promise<void>;
}

/** Starts the built sandbox on a free port. @throws Error when it ends before it is ready. */
export function startSandboxProcess(root: URL, args: readonly string[]): Promise<SandboxProcess> {
  const main = fileURLToPath(new URL('dist/sandbox/main.mjs', root));
  const child = spawn(process.execPath, [main, '--port', '0', ...args], {
    cwd: fileURLToPath(root),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return new Promise((resolve, reject) => {
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      const url = /http:\/\/127\.0\.0\.1:\d+/.exec(output)?.[0];
      if (!url) return;
      const stop = async () => {
        child.kill('SIGTERM');
        await ended;
      };
      resolve({ url, pid: child.pid ?? 0, stop });
    });
    child.once('exit', (code) => reject(new Error(`the sandbox ended with ${code}\n${output}`)));
  });
}

/** Milliseconds by name: the median over some starts of a process that loads a handler and ends. */
export type Measured = ReadonlyMap<string, number>;

const STARTS = 9;
const ENVIRONMENT = {
  AWS_REGION: 'us-east-1',
  LEDGER_TABLE_NAME: 'bench',
  DEPLOYMENT: 'bench',
  REPORT_BUCKET_NAME: 'bench',
  TOLERANCE_PERMILLE: '50',
  AUTHENTICATION: 'key',
  STATE_MACHINE_ARN: 'arn:aws:states:us-east-1:000000000000:stateMachine:bench',
};

/** Also measures `empty`, a handler that does nothing. The names take turns. */
export async function measureStarts(root: URL, names: readonly string[]): Promise<Measured> {
  const folder = mkdtempSync(join(tmpdir(), 'cost-sentry-bench-'));
  const empty = join(folder, 'index.mjs');
  writeFileSync(empty, 'export const handler = async () => ({});\n');
  const files = new Map([['empty', empty]]);
  for (const name of names) {
    files.set(name, fileURLToPath(new URL(`dist/functions/${name}/index.cjs`, root)));
  }
  const times = new Map([...files.keys()].map((name) => [name, [] as number[]]));
  try {
    for (let i = 0; i < STARTS; i++) {
      for (const [name, file] of files) times.get(name)?.push(await startOnce(file));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return new Map([...times].map(([name, all]) => [name, middle(all)]));
}

/** Global of Lambda's Node.js runtime that a streaming function needs. */
const RUNTIME = 'data:text/javascript,globalThis.awslambda={streamifyResponse:(handler)=>handler}';

/** Node's own start is part of both sides of the ratio, as the runtime's is on Lambda. */
function startOnce(file: string): Promise<number> {
  const begun = performance.now();
  const child = spawn(process.execPath, ['--import', RUNTIME, file], {
    env: ENVIRONMENT,
    stdio: 'inherit',
  });
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => {
      if (code === 0) resolve(performance.now() - begun);
      else reject(new Error(`${file} ended with ${code}`));
    });
  });
}

const middle = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
