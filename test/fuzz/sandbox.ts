/** Starts the built sandbox for fuzzing, as a separate process. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** A sandbox that was started; `kill` is kill -9. */
export interface FuzzedSandbox {
  readonly url: string;
  kill(): Promise<unknown>;
  stop(): Promise<unknown>;
}

/** Programs and tests run in the project's folder. */
const ROOT = process.cwd();

/** @param data folder of the ledger; absent: it is in memory. */
export async function startFuzzed(
  execution: 'direct' | 'workflow',
  data?: string,
): Promise<FuzzedSandbox> {
  const policy = join(ROOT, 'test/fuzz/policy.tfvars');
  const kept = data === undefined ? [] : ['--data', data];
  const args = ['--port', '0', '--sweep', 'off', '--execution', execution, '--var-file', policy];
  const child = spawn(process.execPath, [join(ROOT, 'dist/sandbox/main.mjs'), ...args, ...kept], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'exit');
  let output = '';
  const ready = new Promise<string>((resolve, reject) => {
    const read = (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-10_000);
      const url = /http:\/\/127\.0\.0\.1:\d+/.exec(output)?.[0];
      if (url) resolve(url);
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('exit', (code) => reject(new Error(`the sandbox ended with ${code}\n${output}`)));
  });
  const end = (signal: NodeJS.Signals) => {
    child.kill(signal);
    return ended;
  };
  return { url: await ready, kill: () => end('SIGKILL'), stop: () => end('SIGTERM') };
}
