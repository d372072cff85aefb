/**
 * `npm run bench:latency`: what the sentry adds to a call, all in one run on one machine.
 * Only ratios mean something: the three ways are called in turn, so that noise meets them alike.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { BedrockRuntimeClient, ConverseCommand } from '@aws-sdk/client-bedrock-runtime';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { startMockBedrock } from '../../../sandbox/engines/bedrock/server.ts';
import { type Measured, measureStarts, startSandboxProcess } from './processes.ts';
import { measureStreams } from './streams.ts';

const ROOT = new URL('../', import.meta.url);
const VAR_FILE = 'test/bench/latency/one-account.tfvars';
const WARM_UP = 30;
/** A stream is as long as many calls. */
const STREAM_SHARE = 10;
const STREAM_ROUNDS_MIN = 10;
/** Gzipped KB with the SDK clients bundled: the goal we hold ourselves to. */
const BUNDLE_GOAL_KB = 300;

interface Way {
  readonly name: string;
  call(): Promise<void>;
}

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '300' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

const report = (line: string) => void process.stderr.write(`${line}\n`);

async function post(url: string, costCenter: string): Promise<number> {
  const response = await fetch(`${url}/v1/invoke`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      model: 'nova-micro',
      prompt: { messages: [{ role: 'user', content: 'Hi' }], parameters: { max_tokens: 100 } },
      tags: { applicationId: 'bench', costCenter, environment: 'production' },
    }),
  });
  await response.arrayBuffer();
  return response.status;
}

async function expectStatus(url: string, costCenter: string, wanted: number): Promise<void> {
  const status = await post(url, costCenter);
  if (status !== wanted) throw new Error(`${costCenter} answered ${status}, not ${wanted}`);
}

/** Calls the ways in turn, so that each meets the same disturbances. */
async function measureLatency(ways: readonly Way[], requests: number) {
  const times = new Map<string, number[]>(ways.map(({ name }) => [name, []]));
  for (let i = -WARM_UP; i < requests; i++) {
    for (const { name, call } of ways) {
      const begun = performance.now();
      await call();
      if (i >= 0) times.get(name)?.push(performance.now() - begun);
    }
    if (i > 0 && i % 100 === 0) report(`  ${i} of ${requests} rounds`);
  }
  const base = quantile(times.get(ways[0]?.name ?? '') ?? [], 0.5);
  return ways.map(({ name }) => {
    const own = times.get(name) ?? [];
    const [medianMs, p99Ms] = [quantile(own, 0.5), quantile(own, 0.99)];
    return { way: name, medianMs, p99Ms, medianRatio: medianMs / base };
  });
}

function quantile(times: readonly number[], part: number): number {
  const sorted = [...times].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

type Requests = Readonly<Record<string, number>>;

/** DynamoDB requests of one call of a kind, averaged over many, once the policy is cached. */
async function requestsPer(url: string, costCenter: string, status: number, calls = 50) {
  const count = async (): Promise<Requests> =>
    (await fetch(`${url}/_sandbox/dynamodb/requests`)).json();
  // The one call that fits the shut cost center's limit, so that what follows is a denial.
  await post(url, costCenter);
  const before = await count();
  for (let i = 0; i < calls; i++) await expectStatus(url, costCenter, status);
  const after = await count();
  const per: Record<string, number> = {};
  for (const [operation, total] of Object.entries(after)) {
    const more = (total - (before[operation] ?? 0)) / calls;
    if (more > 0) per[operation] = more;
  }
  return per;
}

async function bundles() {
  const folder = new URL('dist/functions/', ROOT);
  const names = readdirSync(folder).filter((name) => statSync(new URL(name, folder)).isDirectory());
  report('measuring how long the functions take to start');
  const starts = await measureStarts(ROOT, names);
  return names.map((name) => {
    const code = readFileSync(new URL(`${name}/index.cjs`, folder));
    const gzipKb = gzipSync(code, { level: 9 }).length / 1024;
    return {
      function: name,
      gzipKb,
      withinGoal: gzipKb < BUNDLE_GOAL_KB,
      ...startOf(starts, name),
    };
  });
}

const startOf = (starts: Measured, name: string) => ({
  startRatio: (starts.get(name) ?? Number.NaN) / (starts.get('empty') ?? Number.NaN),
});

async function run() {
  const requests = Number(values.requests);
  report('starting the mock of Bedrock and two sandboxes');
  const mock = await startMockBedrock();
  const varFile = ['--var-file', VAR_FILE];
  const workflow = await startSandboxProcess(ROOT, [...varFile, '--execution', 'workflow']);
  const direct = await startSandboxProcess(ROOT, [...varFile, '--execution', 'direct']);
  try {
    const client = new BedrockRuntimeClient({
      endpoint: mock.url,
      region: 'us-east-1',
      credentials: { accessKeyId: 'bench', secretAccessKey: 'bench' },
      requestHandler: new NodeHttpHandler({ httpAgent: { keepAlive: false } }),
    });
    const bare = async () => {
      const messages = [{ role: 'user' as const, content: [{ text: 'Hi' }] }];
      await client.send(new ConverseCommand({ modelId: 'amazon.nova-micro-v1:0', messages }));
    };
    report(`calling three ways, ${requests} rounds`);
    const latency = await measureLatency(
      [
        { name: 'Bedrock alone', call: bare },
        { name: 'direct', call: () => expectStatus(direct.url, 'open', 200) },
        { name: 'workflow', call: () => expectStatus(workflow.url, 'open', 200) },
      ],
      requests,
    );
    const dynamoDb = {
      approved: await requestsPer(workflow.url, 'open', 200),
      denied: await requestsPer(workflow.url, 'shut', 429),
      approvedDirect: await requestsPer(direct.url, 'open', 200),
      deniedDirect: await requestsPer(direct.url, 'shut', 429),
    };
    report('streaming two ways');
    const path = (model: string) => `/model/${model}/converse-stream`;
    const json = { 'content-type': 'application/json' };
    const streams = await measureStreams(
      [
        {
          name: 'Bedrock alone',
          url: mock.url + path('amazon.nova-micro-v1:0'),
          headers: json,
          pid: process.pid,
          behave: async (behavior) => mock.behave(behavior),
        },
        {
          name: 'proxy',
          url: direct.url + path('nova-micro'),
          headers: { ...json, 'x-sentry-cost-center': 'open' },
          pid: direct.pid,
          behave: async (behavior) => {
            const body = JSON.stringify(behavior);
            const route = `${direct.url}/_sandbox/bedrock/behavior`;
            await fetch(route, { method: 'POST', headers: json, body });
          },
        },
      ],
      Math.max(STREAM_ROUNDS_MIN, Math.round(requests / STREAM_SHARE)),
    );
    return { latency, streams, dynamoDb, bundles: await bundles() };
  } finally {
    await Promise.all([workflow.stop(), direct.stop(), mock.close()]);
  }
}

const USAGE = `npm run bench:latency -- [--requests N] [--json]
What the sentry adds to a call: latency and streams against the mock of Bedrock alone, DynamoDB
requests per call, and size and start of the functions. Compare ratios, not milliseconds.`;

async function main(): Promise<void> {
  if (values.help) return void console.log(USAGE);
  const result = await run();
  if (values.json) return void console.log(JSON.stringify(result, undefined, 2));
  const cell = (value: number) => value.toFixed(2);
  console.log('\nLatency of one call at a time (compare the ratios only)');
  console.table(
    result.latency.map(({ way, medianMs, p99Ms, medianRatio }) => ({
      way,
      'median ms': cell(medianMs),
      'p99 ms': cell(p99Ms),
      'median, ratio': cell(medianRatio),
    })),
  );
  console.log('Streams: first byte, each event, and memory of each of 100 open ones');
  console.table(
    result.streams.map(({ way, firstByteMs, firstByteRatio, eventUs, eventRatio, streamKb }) => ({
      way,
      'first byte ms': cell(firstByteMs),
      'first byte, ratio': cell(firstByteRatio),
      'event µs': cell(eventUs),
      'event, ratio': cell(eventRatio),
      'stream KB': cell(streamKb),
    })),
  );
  console.log('DynamoDB requests per call when warm, one account (goal: 2 writes; 1 for a denial)');
  console.table(result.dynamoDb);
  console.log(`Functions, SDK clients bundled (goal: under ${BUNDLE_GOAL_KB} KB gzipped)`);
  console.table(
    result.bundles.map(({ function: name, gzipKb, withinGoal, startRatio }) => ({
      function: name,
      'gzip KB': cell(gzipKb),
      'within goal': withinGoal,
      'start, ratio to empty': cell(startRatio),
    })),
  );
}

await main();
