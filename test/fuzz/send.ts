/** Builds the n-th request of a route, and sends it byte by byte as it is. */
import { Agent, request as httpRequest } from 'node:http';
import { type Random, randomOf } from '../ledger-simulation/random.ts';
import {
  CONTENT_TYPES,
  copyOf,
  METHODS,
  mutate,
  mutateBytes,
  oddHeader,
  oddPath,
  toJson,
} from './mutate.ts';
import type { FuzzRoute } from './routes.ts';

export interface SentRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | undefined;
  /** Sent twice at once, with one idempotency key. */
  readonly isTwin: boolean;
}

export interface ReceivedAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
  readonly ms: number;
}

const BODY_BYTES_MAX = 1_000_000;
const ROUNDS = [0, 0, 1, 1, 1, 2, 3, 6] as const;
const KEYS = ['k', 'order-1', 'x'.repeat(255), 'x'.repeat(256), ' ', '', '"', '../x'] as const;
const NO_ANSWER_MS = 60_000;

/** The same for the same seed, route and number: any one can be sent again alone. */
export function requestOf(route: FuzzRoute, seed: number, n: number): SentRequest {
  const random = randomOf(seed, route.name, n);
  const { method, path, body } = route.build(random);
  const isTwin = route.protocol === 'native' && method === 'POST' && random.chance(0.03);
  // A start of the workflow is a call of the SDK: only its input can be wrong.
  const isHttp = route.protocol !== 'workflow';
  return {
    method: isHttp && random.chance(0.04) ? random.pick(METHODS) : method,
    path: isHttp && random.chance(0.06) ? oddPath(random, path) : path,
    headers: isHttp ? headersOf(random, isTwin ? `twin-${seed}-${n}` : undefined) : {},
    body: bodyOf(random, body, isHttp),
    isTwin,
  };
}

function bodyOf(random: Random, valid: unknown, isHttp: boolean): Buffer | undefined {
  if (valid === undefined) {
    return random.chance(0.03) ? Buffer.from('{"a":1}') : undefined;
  }
  // The root in a list, so that it can be replaced as well.
  const root = [copyOf(valid)];
  for (let rounds = random.pick(ROUNDS); rounds > 0; rounds -= 1) mutate(random, root);
  const bytes = Buffer.from(root.length === 1 ? toJson(root[0]) : toJson(root));
  const body = bytes.subarray(0, BODY_BYTES_MAX);
  return isHttp && random.chance(0.1) ? mutateBytes(random, body) : body;
}

function headersOf(random: Random, twinKey: string | undefined): Record<string, string> {
  const odd = random.chance(0.06) ? [oddHeader(random)] : [];
  const type = random.chance(0.05) ? random.pick(CONTENT_TYPES) : 'application/json';
  const key = twinKey ?? (random.chance(0.08) ? random.pick(KEYS) : undefined);
  return {
    'content-type': type,
    ...(key !== undefined && { 'idempotency-key': key }),
    ...Object.fromEntries(odd),
  };
}

export class Sender {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 64 });

  /** @returns the answer, or why Node itself refused to send the request. */
  send(base: string, sent: SentRequest): Promise<ReceivedAnswer | string> {
    const { hostname, port } = new URL(base);
    const { method, path, body } = sent;
    const length = body && { 'content-length': String(body.length) };
    const headers = { ...sent.headers, ...length };
    const began = performance.now();
    return new Promise((resolve, reject) => {
      try {
        const outgoing = httpRequest(
          { hostname, port, method, path, headers, agent: this.#agent, timeout: NO_ANSWER_MS },
          (answer) => {
            const parts: Buffer[] = [];
            answer.on('data', (part: Buffer) => parts.push(part));
            answer.on('error', reject);
            answer.on('end', () => {
              const ms = performance.now() - began;
              const { statusCode = 0 } = answer;
              const received = { status: statusCode, headers: answer.headers, ms };
              resolve({ ...received, body: Buffer.concat(parts) });
            });
          },
        );
        outgoing.on('timeout', () => outgoing.destroy(new Error('no answer in 60 s')));
        outgoing.on('error', reject);
        outgoing.end(body);
      } catch (error) {
        resolve(String(error));
      }
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}
