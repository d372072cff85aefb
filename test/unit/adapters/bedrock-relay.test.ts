/**
 * Goal: a call is given up when its answer has not begun in time, and a stream that has is not; an
 * answer that a proxy on the way has compressed is read.
 */
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { brotliCompressSync, createGzip, deflateSync, gzipSync } from 'node:zlib';
import { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { bedrockRelay } from '../../../adapters/bedrock-relay.ts';
import { close, listen } from '../../../sandbox/base/loopback-server.ts';

let server: Server;
let client: BedrockRuntimeClient;

beforeEach(async () => {
  server = createServer();
  client = new BedrockRuntimeClient({
    endpoint: await listen(server),
    region: 'us-east-1',
    credentials: { accessKeyId: 'none', secretAccessKey: 'none' },
    maxAttempts: 1,
    requestHandler: new NodeHttpHandler(),
  });
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask', 'Date'] });
});

afterEach(async () => {
  jest.useRealTimers();
  client.destroy();
  server.closeAllConnections();
  await close(server);
});

/** A stream that may take a minute, with an answer that begins within five seconds. */
async function sent() {
  const arrived = once(server, 'request');
  const answer = bedrockRelay(client, { now: () => 0 }).send({
    operation: 'converse-stream',
    modelId: 'amazon.nova-lite-v1:0',
    body: '{}',
    headers: {},
    deadline: 60_000,
    answerBy: 5_000,
  });
  const [, response] = await arrived;
  return { answer, response: response as ServerResponse };
}

async function read(answer: Awaited<Awaited<ReturnType<typeof sent>>['answer']>) {
  if (answer.outcome !== 'answered') throw new Error(answer.failure.message);
  const parts: Uint8Array[] = [];
  for await (const part of answer.body) parts.push(part);
  return parts;
}

test('a call without the beginning of an answer is given up', async () => {
  const { answer } = await sent();
  jest.advanceTimersByTime(5_000);
  expect(await answer).toMatchObject({ outcome: 'failed', failure: { name: 'DeadlineExceeded' } });
});

test('a stream that has begun goes on until its deadline', async () => {
  const { answer, response } = await sent();
  response.writeHead(200).write('first ');
  const begun = await answer;
  if (begun.outcome !== 'answered') throw new Error(begun.failure.message);
  jest.advanceTimersByTime(59_000);
  response.end('last');
  const parts: Uint8Array[] = [];
  for await (const part of begun.body) parts.push(part);
  expect(Buffer.concat(parts).toString()).toBe('first last');
});

test('a stream ends at its deadline', async () => {
  const { answer, response } = await sent();
  response.writeHead(200).write('first ');
  const begun = await answer;
  if (begun.outcome !== 'answered') throw new Error(begun.failure.message);
  jest.advanceTimersByTime(60_000);
  const read = async () => {
    for await (const _ of begun.body);
  };
  await expect(read()).rejects.toMatchObject({ name: 'DeadlineExceeded' });
});

test.each([
  ['gzip', gzipSync],
  ['deflate', deflateSync],
  ['br', brotliCompressSync],
])('an answer in %s is read', async (encoding, compress) => {
  const { answer, response } = await sent();
  response.writeHead(200, { 'content-encoding': encoding }).end(compress('{"a":1}'));
  expect(Buffer.concat(await read(await answer)).toString()).toBe('{"a":1}');
});

test.each(['identity, gzip', 'x-gzip', 'GZIP ,identity'])(
  'an answer in the encodings "%s" is read',
  async (encoding) => {
    const { answer, response } = await sent();
    response.writeHead(200, { 'content-encoding': encoding }).end(gzipSync('{"a":1}'));
    expect(Buffer.concat(await read(await answer)).toString()).toBe('{"a":1}');
  },
);

test('an answer that was compressed twice is read', async () => {
  const { answer, response } = await sent();
  const bytes = brotliCompressSync(gzipSync('{"a":1}'));
  response.writeHead(200, { 'content-encoding': 'gzip, br' }).end(bytes);
  expect(Buffer.concat(await read(await answer)).toString()).toBe('{"a":1}');
});

test.each(['zstd', 'gzip, zstd'])('an answer in the encoding %s is an error', async (encoding) => {
  const { answer, response } = await sent();
  response.writeHead(200, { 'content-encoding': encoding }).end('…');
  await expect(read(await answer)).rejects.toThrow('unknown encoding "zstd"');
});

test('events in gzip are read as they come', async () => {
  const { answer, response } = await sent();
  response.writeHead(200, { 'content-encoding': 'gzip' });
  const gzip = createGzip();
  gzip.pipe(response);
  gzip.write('first ');
  gzip.flush();
  const begun = await answer;
  if (begun.outcome !== 'answered') throw new Error(begun.failure.message);
  const parts = begun.body[Symbol.asyncIterator]();
  expect(Buffer.from((await parts.next()).value).toString()).toBe('first ');
  gzip.end('last');
  expect(Buffer.from((await parts.next()).value).toString()).toBe('last');
});

test('an answer in gzip that breaks off is an error', async () => {
  const { answer, response } = await sent();
  response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('{"a":1}').subarray(0, -9));
  await expect(read(await answer)).rejects.toThrow('unexpected end of file');
});
