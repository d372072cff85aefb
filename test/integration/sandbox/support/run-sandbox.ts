/** Runs the built sandbox as a user does, and talks to it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const ROOT = new URL('../../../../', import.meta.url);
const START_MS_MAX = 120_000;
const STEP_MS = 50;

export const pathOf = (path: string): string => fileURLToPath(new URL(path, ROOT));

// biome-ignore lint/suspicious/noExplicitAny: answers are read as a client of the API would.
export type Json = any;

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Json;
}

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** One process started as `npm start` starts it, npm itself left out. */
export class SandboxProcess {
  readonly child: ChildProcess;
  stdout = '';
  stderr = '';
  readonly ended: Promise<Ended>;

  constructor(args: readonly string[]) {
    this.child = spawn(process.execPath, [pathOf('scripts/start.mjs'), ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child.stdout?.on('data', (chunk) => {
      this.stdout += chunk;
    });
    this.child.stderr?.on('data', (chunk) => {
      this.stderr += chunk;
    });
    this.ended = once(this.child, 'close').then(([code]) => ({
      code,
      stdout: this.stdout,
      stderr: this.stderr,
    }));
  }

  /** @throws Error when it ends, or takes too long. */
  async url(): Promise<string> {
    const end = performance.now() + START_MS_MAX;
    while (performance.now() < end && this.child.exitCode === null) {
      const url = /http:\/\/127\.0\.0\.1:\d+/.exec(this.stdout)?.[0];
      if (url) return url;
      await pause(STEP_MS);
    }
    this.child.kill('SIGKILL');
    throw new Error(`the sandbox did not start: ${this.stdout}${this.stderr}`);
  }

  /** @returns how it ended. */
  stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<Ended> {
    this.child.kill(signal);
    return this.ended;
  }
}

export const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, ms));

export interface RunningSandbox {
  readonly url: string;
  readonly process: SandboxProcess;
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  post(path: string, body: unknown, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  stop(): Promise<Ended>;
}

/** Processes below the given one, by reading Linux's /proc; empty elsewhere. */
export async function descendants(pid: number): Promise<number[]> {
  const path = `/proc/${pid}/task/${pid}/children`;
  const text = await readFile(path, 'utf8').catch(() => '');
  const children = text.split(' ').filter(Boolean).map(Number);
  return [...children, ...(await Promise.all(children.map(descendants))).flat()];
}

/** The sandbox itself, below the script that started it. */
export async function sandboxPid({ process: started }: RunningSandbox): Promise<number> {
  const [pid] = await descendants(started.child.pid ?? 0);
  if (pid === undefined) throw new Error('there is no sandbox process');
  return pid;
}

/** kill -9 of the sandbox itself: it gets to do nothing more. */
export async function kill(sandbox: RunningSandbox): Promise<void> {
  process.kill(await sandboxPid(sandbox), 'SIGKILL');
  await sandbox.process.ended;
}

/** Starts one on a free port and waits until it answers. */
export async function runSandbox(...args: readonly string[]): Promise<RunningSandbox> {
  const started = new SandboxProcess(['--port', '0', '--sweep', 'off', ...args]);
  const url = await started.url();
  return {
    url,
    process: started,
    get: async (path, headers = {}) => read(await fetch(url + path, { headers })),
    post: async (path, body, headers = {}) =>
      read(
        await fetch(url + path, {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...headers },
          body: JSON.stringify(body),
        }),
      ),
    stop: () => started.stop(),
  };
}

async function read(response: Response): Promise<Answer> {
  const text = await response.text();
  const isJson = (response.headers.get('content-type') ?? '').includes('json');
  return {
    status: response.status,
    headers: response.headers,
    body: isJson ? JSON.parse(text) : text,
  };
}
