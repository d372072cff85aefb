/** `npm run bench:ledger`: how well the ledger holds a limit, compared with two simpler ways. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { log, print, readFlags, refuserWith } from '../../support/flags.ts';
import { writeDocs } from './docs.ts';
import { brokenPromises, runBenchmark } from './run.ts';
import { alignedText, tablesOf } from './tables.ts';

const ROOT = new URL('../', import.meta.url);
const CALLERS = '1,10,100,1000';

const USAGE = `npm run bench:ledger -- [options]

Overshoot, false denials, and writes of this ledger, of read-then-write on the same table, and of a
counter that lags 2 and 5 minutes, on the same traffic. Compare ratios and counts, not times.

  --callers N,N,...  concurrent callers (default ${CALLERS})
  --seed N           another traffic (default 1)
  --json FILE        where the results go as JSON (default .cache/bench-ledger.json)
  --write-docs       also write docs/ledger-benchmark.svg and the section of docs/ledger.md
  --help             this text

Progress goes to stderr.
Exit codes: 0 the ledger kept its promises, 1 it overshot or denied falsely, 2 wrong usage.
`;

const OPTIONS = {
  callers: { type: 'string', default: CALLERS },
  seed: { type: 'string', default: '1' },
  json: { type: 'string', default: '.cache/bench-ledger.json' },
  'write-docs': { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

const CALLERS_MAX = 1_000;

const refuse: (message: string) => never = refuserWith(USAGE);

const wholeNumber = (flag: string, text: string): number =>
  /^\d{1,9}$/.test(text) ? Number(text) : refuse(`--${flag}: "${text}" is no whole number`);

function callerCounts(text: string): readonly number[] {
  const counts = text.split(',').map((part) => wholeNumber('callers', part));
  const wrong = counts.find((count) => count < 1 || count > CALLERS_MAX);
  if (wrong !== undefined) refuse(`--callers: ${wrong} is not from 1 to ${CALLERS_MAX}`);
  return [...new Set(counts)].sort((a, b) => a - b);
}

async function main(): Promise<void> {
  const values = readFlags(OPTIONS, refuse);
  if (values.help) return print(USAGE);
  const isWhole = values.callers === CALLERS;
  if (values['write-docs'] && !isWhole)
    refuse(`--write-docs: the page shows ${CALLERS} callers, so leave --callers out`);
  const seed = wholeNumber('seed', values.seed);
  const result = await runBenchmark({ seed, callers: callerCounts(values.callers), tell: log });
  const date = new Date().toISOString().slice(0, 10);
  const broken = brokenPromises(result);
  const file = resolve(values.json);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify({ date, ...result, broken }, null, 2)}\n`);
  print(tablesOf(result).map(alignedText).join('\n\n'));
  print(`\nThe results as JSON: ${values.json}`);
  if (values['write-docs']) writeDocs(ROOT, result, date);
  for (const promise of broken) log(promise);
  process.exitCode = broken.length > 0 ? 1 : 0;
}

await main();
