/** `npm run bench:large-requests`: time and memory that the largest requests take in the bundles. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { loadTfvarsPolicy } from '../../../adapters/tfvars-policy.ts';
import { toPolicyItems } from '../../../core/policy/policy-items.ts';
import { startMockBedrock } from '../../../sandbox/engines/bedrock/server.ts';
import { prepareLedgerTable } from '../../../sandbox/engines/dynamodb/ledger-table.ts';
import { startDynamoDb } from '../../../sandbox/engines/dynamodb/proxy.ts';
import { functionEnvironment } from '../../../sandbox/engines/lambda/function-environment.ts';
import { loadHandler, type Measured, measure } from './measure.ts';
import { largestBody, PROTOCOLS, type Protocol, SHAPES, type Shape } from './shapes.ts';

const ROOT = new URL('../', import.meta.url);
const POLICY = 'test/bench/large-requests/policy.tfvars';

const { values } = parseArgs({
  options: {
    protocol: { type: 'string' },
    shape: { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
    // Internal: one case, in a separate process, so that its memory can be measured.
    child: { type: 'boolean', default: false },
  },
});

const USAGE = `npm run bench:large-requests -- [options]

  --protocol NAME   ${PROTOCOLS.map(({ name }) => name).join(' | ')}
  --shape NAME      ${SHAPES.map(({ name }) => name).join(' | ')}
  --json            figures as JSON
`;

const print = (line: string): void => void process.stdout.write(`${line}\n`);
const report = (line: string): void => void process.stderr.write(`${line}\n`);

interface Figures extends Measured {
  readonly protocol: string;
  readonly shape: string;
}

const SMALL: Shape = { name: 'small', make: () => ({ kind: 'text', text: 'Hi' }) };

async function runChild(): Promise<void> {
  const [protocol, shape] = [PROTOCOLS.find(isProtocol), SHAPES.find(isShape)];
  const body = protocol && shape && largestBody(protocol, shape);
  if (!body) throw new Error('no such case');
  const warmUp = JSON.stringify(protocol.body(SMALL.make(1)));
  const root = process.cwd();
  const measured = await measure(loadHandler(root, protocol.function), protocol, body, warmUp);
  print(JSON.stringify(measured));
  process.exit(0);
}

const isProtocol = ({ name }: Protocol): boolean =>
  values.protocol === undefined || name === values.protocol;
const isShape = ({ name }: Shape): boolean => values.shape === undefined || name === values.shape;

async function inChild(
  protocol: Protocol,
  shape: Shape,
  environment: Readonly<Record<string, string>>,
): Promise<Figures> {
  const names = ['--child', '--protocol', protocol.name, '--shape', shape.name];
  const child = spawn(process.execPath, ['--expose-gc', process.argv[1] ?? '', ...names], {
    env: { ...environment, PATH: process.env.PATH },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  const [code] = await once(child, 'close');
  const line = output.trim().split('\n').at(-1) ?? '';
  if (code !== 0) throw new Error(`${protocol.name}, ${shape.name}: exit code ${code}`);
  return { protocol: protocol.name, shape: shape.name, ...JSON.parse(line) };
}

async function environmentOf(): Promise<
  (name: 'gateway' | 'proxy') => Readonly<Record<string, string>>
> {
  const clock = { now: Date.now };
  const dynamoDb = await startDynamoDb({ clock });
  const bedrock = await startMockBedrock({ clock });
  const region = 'us-east-1';
  const resolved = await loadTfvarsPolicy([POLICY], { region, plannedAt: Date.now() });
  if ('problems' in resolved) throw new Error(JSON.stringify(resolved.problems));
  const { policy, config } = resolved;
  const tableName = `${policy.name}-ledger`;
  const policyItems = toPolicyItems(config, new Map(), policy.region);
  await prepareLedgerTable({ endpoint: dynamoDb.url, tableName, policyItems, shards: 1 });
  const nowhere = 'http://127.0.0.1:1';
  const endpoints = {
    dynamoDb: dynamoDb.url,
    bedrock: bedrock.url,
    eventBridge: nowhere,
    stepFunctions: nowhere,
    jwks: nowhere,
  };
  const flags = { identity: 'off', execution: 'direct', bedrock: 'mock' } as const;
  const settings = { policy, flags, tableName, endpoints, hostEnvironment: {} };
  return (name) => functionEnvironment(name, { ...settings, bundles: new URL('dist/', ROOT) });
}

async function runAll(): Promise<void> {
  const environment = await environmentOf();
  const figures: Figures[] = [];
  for (const protocol of PROTOCOLS.filter(isProtocol)) {
    for (const shape of SHAPES.filter(isShape)) {
      if (protocol.body(shape.make(1)) === undefined) continue;
      const measured = await inChild(protocol, shape, environment(protocol.function));
      report(`${protocol.name}, ${shape.name}: ${Math.round(measured.cpuMs)} ms`);
      figures.push(measured);
    }
  }
  print(values.json ? JSON.stringify(figures, null, 2) : tableOf(figures));
  process.exit(0);
}

const HEAD = ['protocol', 'request', 'MB', 'status', 'CPU ms', 'longest block, CPU ms', 'extra MB'];

function tableOf(figures: readonly Figures[]): string {
  const rows = figures.map((each) => [
    each.protocol,
    each.shape,
    each.megabytes.toFixed(1),
    String(each.status),
    each.cpuMs.toFixed(0),
    each.blockedMs.toFixed(0),
    each.extraMegabytes.toFixed(0),
  ]);
  const lines = [HEAD, HEAD.map(() => '---'), ...rows];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

if (values.help) print(USAGE);
else await (values.child ? runChild() : runAll());
