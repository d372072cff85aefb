/** Runs one request in a built function of this process, and measures what it takes. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { awslambda, ResponseStream } from '../../../sandbox/engines/lambda/response-stream.ts';
import type { Protocol } from './shapes.ts';

export interface Measured {
  readonly status: number;
  readonly megabytes: number;
  /** Time of all threads. */
  readonly cpuMs: number;
  /** CPU time of all threads while the event loop stood still the longest. */
  readonly blockedMs: number;
  /** Peak of the process above its peak before, without the request itself. */
  readonly extraMegabytes: number;
}

const MEGABYTE = 1024 * 1024;
const REMAINING_MS = 600_000;

type Handler = (event: object, second: unknown, context?: object) => Promise<unknown>;

export function loadHandler(root: string, name: string): Handler {
  Object.assign(globalThis, { awslambda });
  return createRequire(import.meta.url)(join(root, 'dist/functions', name, 'index.cjs')).handler;
}

/** Small requests come first, so that code and connections are there. */
export async function measure(
  handler: Handler,
  protocol: Protocol,
  body: string,
  warmUp: string,
): Promise<Measured> {
  for (let i = 0; i < 20; i += 1) await call(handler, protocol, warmUp);
  globalThis.gc?.();
  await pause();
  const peakBefore = process.resourceUsage().maxRSS;
  const cpuBefore = cpuMs();
  const watch = watchBlocks();
  const status = await call(handler, protocol, body);
  await pause();
  const blockedMs = watch.stop();
  const cpu = cpuMs() - cpuBefore;
  const peak = (process.resourceUsage().maxRSS - peakBefore) * 1024;
  const size = Buffer.byteLength(body);
  return {
    status,
    megabytes: size / MEGABYTE,
    cpuMs: cpu,
    blockedMs,
    extraMegabytes: Math.max(0, peak - size) / MEGABYTE,
  };
}

/** The most CPU time between two turns of the event loop: other programs don't count. */
function watchBlocks(): { stop(): number } {
  let [last, longest] = [cpuMs(), 0];
  const turn = () => {
    const now = cpuMs();
    longest = Math.max(longest, now - last);
    last = now;
  };
  const timer = setInterval(turn, 1);
  return {
    stop: () => {
      clearInterval(timer);
      turn();
      return longest;
    },
  };
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

const pause = () => new Promise((resolve) => setTimeout(resolve, 50));

async function call(handler: Handler, protocol: Protocol, body: string): Promise<number> {
  const event = eventOf(protocol, body);
  const context = {
    getRemainingTimeInMillis: () => REMAINING_MS,
    awsRequestId: 'bench',
    invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:bench',
  };
  if (protocol.function === 'gateway') {
    const answer = await handler(event, context);
    return answer instanceof Object && 'statusCode' in answer ? Number(answer.statusCode) : 0;
  }
  const chunks: Uint8Array[] = [];
  const stream = new ResponseStream(async (bytes) => void chunks.push(bytes));
  await handler(event, stream, context);
  return Number(/"statusCode":(\d+)/.exec(Buffer.concat(chunks).toString())?.[1] ?? 0);
}

function eventOf({ path }: Protocol, body: string): object {
  return {
    version: '2.0',
    routeKey: `POST ${path}`,
    rawPath: path,
    rawQueryString: '',
    headers: { 'content-type': 'application/json', host: 'bench' },
    requestContext: {
      domainName: 'bench.lambda-url.us-east-1.on.aws',
      http: { method: 'POST', path, protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: '' },
      requestId: 'bench',
      timeEpoch: Date.now(),
    },
    body,
    isBase64Encoded: false,
  };
}
