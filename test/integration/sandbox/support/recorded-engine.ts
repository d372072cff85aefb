/** Runs dynalite behind a proxy that records which function sent which request. */
import { createServer } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { isRecord } from '../../../../sandbox/base/json.ts';
import { close, listen } from '../../../../sandbox/base/loopback-server.ts';
import { startDynalite } from '../../../../sandbox/engines/dynamodb/dynalite-engine.ts';

/** One operation on one partition, as IAM sees it. */
export interface LedgerCall {
  /** `dynamodb:UpdateItem`. */
  readonly action: string;
  readonly partition: string;
}

export interface RecordedEngine {
  readonly url: string;
  /** By the name of the function, each kind of call once. */
  readonly calls: ReadonlyMap<string, readonly LedgerCall[]>;
  close(): Promise<void>;
}

export async function startRecordedEngine(): Promise<RecordedEngine> {
  const engine = await startDynalite();
  const calls = new Map<string, LedgerCall[]>();
  const server = createServer(async (request, response) => {
    const body = await buffer(request);
    const { authorization = '', 'content-type': contentType = '' } = request.headers;
    const target = String(request.headers['x-amz-target']);
    const name = /app\/([\w-]+)/.exec(request.headers['user-agent'] ?? '')?.[1];
    if (name !== undefined) record(calls, name, target, JSON.parse(body.toString()));
    const headers = { authorization, 'content-type': contentType, 'x-amz-target': target };
    const date = String(request.headers['x-amz-date']);
    const answer = await fetch(engine.url, {
      method: 'POST',
      headers: { ...headers, 'x-amz-date': date },
      body: new Uint8Array(body),
    });
    response.writeHead(answer.status, { 'content-type': 'application/x-amz-json-1.0' });
    response.end(Buffer.from(await answer.arrayBuffer()));
  });
  return {
    url: await listen(server),
    calls,
    close: async () => {
      await close(server);
      await engine.close();
    },
  };
}

function record(calls: Map<string, LedgerCall[]>, name: string, target: string, input: unknown) {
  const action = `dynamodb:${target.split('.')[1]}`;
  const known = calls.get(name) ?? [];
  calls.set(name, known);
  for (const partition of new Set(partitionsOf(input))) {
    const isKnown = known.some((call) => call.action === action && call.partition === partition);
    if (!isKnown) known.push({ action, partition });
  }
}

/** Of a Query the one value it asks for, of everything else the keys' `pk`. */
function partitionsOf(input: unknown): readonly string[] {
  if (!isRecord(input)) return [];
  const { KeyConditionExpression: condition, ExpressionAttributeValues: values } = input;
  if (typeof condition === 'string' && isRecord(values)) return Object.values(values).map(stringIn);
  return keysOf(input).map(stringIn);
}

function keysOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value.flatMap(keysOf);
  if (!isRecord(value)) return [];
  const { pk, ...others } = value;
  return pk === undefined ? Object.values(others).flatMap(keysOf) : [pk];
}

const stringIn = (value: unknown): string =>
  isRecord(value) && typeof value.S === 'string' ? value.S : '';
