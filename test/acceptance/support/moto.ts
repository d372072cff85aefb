/** A moto server (https://docs.getmoto.org) as a separate process. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { LOOPBACK } from '../../../sandbox/base/loopback-server.ts';

export interface Moto {
  readonly url: string;
  close(): Promise<void>;
}

/** @param callbackPort where its state machines call functions. */
export async function startMoto(callbackPort: string): Promise<Moto> {
  const child = spawn('moto_server', ['-H', LOOPBACK, '-p', '0'], {
    // Nothing else: an AWS configuration of the user's would reach its own clients.
    env: { PATH: process.env.PATH, MOTO_PORT: callbackPort },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const url = await urlOf(child);
  const answer = await fetch(`${url}/moto-api/config`, {
    method: 'POST',
    body: JSON.stringify({ stepfunctions: { execute_state_machine: true } }),
  });
  if (!answer.ok) throw new Error(`moto refused its configuration: ${await answer.text()}`);
  return {
    url,
    close: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exit = once(child, 'exit');
      child.kill('SIGTERM');
      await exit;
    },
  };
}

function urlOf(child: ChildProcessByStdio<null, null, Readable>): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = '';
    // Read to the end: a full pipe would stop it.
    child.stderr.on('data', (chunk: Buffer) => {
      output = `${output}${chunk}`.slice(-4_000);
      const url = /Running on (http:\/\/127\.0\.0\.1:\d+)/.exec(output)?.[1];
      if (url !== undefined) resolve(url);
    });
    child.once('error', (error) => reject(new Error(`moto_server: ${error.message}`)));
    child.once('exit', (code) => reject(new Error(`moto_server ended with ${code}: ${output}`)));
  });
}
