/** `npm run test:fuzz`: long runs on every route, and one request of a run again. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { log, print, readFlags, refuserWith, wholeNumberOf } from '../support/flags.ts';
import { judge } from './judge.ts';
import { type FuzzRoute, ROUTES } from './routes.ts';
import { type FuzzResult, fuzz, targetOf } from './run.ts';
import { startFuzzed } from './sandbox.ts';
import { requestOf, Sender } from './send.ts';

const NAMES = ROUTES.map(({ name }) => name).join(', ');

const USAGE = `npm run test:fuzz -- [options]

  --route NAME       one route instead of all: ${NAMES}
  --seed N           of the requests (default 1)
  --count N          requests to each route (default 2000)
  --concurrency N    requests at once (default 16)
  --chaos            the model and the ledger fail at times, sweeps run in between,
                     and the sandbox is killed twice while calls are in flight
  --only N           send the request N of --route and --seed alone, and print it and its answer
  --json             the results as JSON lines on stdout
  --help             this text

Progress and findings go to stderr. Exit codes: 0 nothing found, 1 something, 2 wrong usage.
`;

const OPTIONS = {
  route: { type: 'string' },
  seed: { type: 'string', default: '1' },
  count: { type: 'string', default: '2000' },
  concurrency: { type: 'string', default: '16' },
  chaos: { type: 'boolean', default: false },
  only: { type: 'string' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

const refuse: (message: string) => never = refuserWith(USAGE);
const wholeNumber = (name: string, text: string) => wholeNumberOf(name, text, refuse);

const SHOWN_BYTES = 4_000;

async function sendOne(route: FuzzRoute, seed: number, n: number): Promise<void> {
  const sandbox = await startFuzzed(route.execution);
  const sender = new Sender();
  try {
    const sent = requestOf(route, seed, n);
    print(`${sent.method} ${sent.path} ${JSON.stringify(sent.headers)}`);
    print(sent.body?.toString().slice(0, SHOWN_BYTES) ?? '(no body)');
    const target = await targetOf(sandbox, route);
    if (!target) return;
    const answer = await sender.send(target.url, target.wrap(sent));
    if (typeof answer === 'string') {
      print(`not sent: ${answer}`);
      return;
    }
    print(`${answer.status} ${JSON.stringify(answer.headers)}`);
    print(answer.body.toString().slice(0, SHOWN_BYTES));
    const { findings } = await judge(sent, answer, { protocol: route.protocol, chaos: false });
    for (const finding of findings) log(`FOUND ${finding}`);
    process.exitCode = findings.length > 0 ? 1 : 0;
  } finally {
    sender.close();
    await sandbox.stop();
  }
}

function report(result: FuzzResult, asJson: boolean): void {
  if (result.findings.length > 0) process.exitCode = 1;
  if (asJson) {
    print(JSON.stringify(result));
    return;
  }
  const { route, sent, seconds, paid, limitsCompared, kills, slowestMs, findings, kinds } = result;
  print(
    `${route}: ${sent} sent in ${seconds} s, ${paid} paid, ${limitsCompared} limits compared, ` +
      `${kills} kills, slowest ${slowestMs} ms, ${findings.length} findings`,
  );
  const counted = Object.entries(kinds).sort(([, a], [, b]) => b - a);
  print(`  ${counted.map(([kind, count]) => `${kind}: ${count}`).join(', ')}`);
}

async function main(): Promise<void> {
  const values = readFlags(OPTIONS, refuse);
  if (values.help) {
    print(USAGE);
    return;
  }
  const routes = ROUTES.filter(({ name }) => values.route === undefined || name === values.route);
  const [first] = routes;
  if (!first) refuse(`no route "${values.route}"`);
  const seed = wholeNumber('seed', values.seed);
  if (values.only !== undefined) {
    if (values.route === undefined) refuse('--only wants --route');
    await sendOne(first, seed, wholeNumber('only', values.only));
    return;
  }
  for (const route of routes) {
    const folder = await mkdtemp(join(tmpdir(), 'cost-sentry-fuzz-'));
    try {
      const count = wholeNumber('count', values.count);
      const concurrency = wholeNumber('concurrency', values.concurrency);
      const start = () =>
        startFuzzed(route.execution, values.chaos ? join(folder, 'data') : undefined);
      const { chaos } = values;
      report(await fuzz({ route, seed, count, chaos, concurrency, start, log }), values.json);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
}

await main();
