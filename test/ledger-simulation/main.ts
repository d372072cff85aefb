/** `npm run test:simulate`: long runs, replays of one seed, and shrinking of what fails. */
import { log, print, readFlags, refuserWith, wholeNumberOf } from '../support/flags.ts';
import { BROKEN_LEDGERS } from './broken-ledgers.ts';
import type { Plan } from './plan.ts';
import { planOf } from './plan-of-seed.ts';
import { runPlan } from './run.ts';
import { shrink } from './shrink.ts';
import type { RunOptions, RunResult } from './simulated-run.ts';

const BROKEN_NAMES = BROKEN_LEDGERS.map(({ name }) => `"${name}"`).join(', ');

const USAGE = `npm run test:simulate -- [options]

  --seeds N       run N seeds, one after the other (default 200)
  --from N        the first of them (default 1)
  --seed N        run one seed, and print everything that happened
  --broken NAME   with a ledger broken on purpose: ${BROKEN_NAMES}
  --no-shrink     don't make a failing plan smaller
  --json          the result as JSON on stdout
  --help          this text

Progress goes to stderr. Exit codes: 0 all invariants held, 1 one did not, 2 wrong usage.
`;

const OPTIONS = {
  seeds: { type: 'string', default: '200' },
  from: { type: 'string', default: '1' },
  seed: { type: 'string' },
  broken: { type: 'string' },
  'no-shrink': { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

const PROGRESS_MS = 5_000;
const FAILURES_MAX = 5;

interface Failure {
  readonly seed: number;
  readonly invariant: string;
  readonly message: string;
  readonly plan: Plan;
}

const refuse: (message: string) => never = refuserWith(USAGE);
const wholeNumber = (name: string, text: string) => wholeNumberOf(name, text, refuse);

async function failureOf(
  plan: Plan,
  result: RunResult,
  options: RunOptions,
  shrinks: boolean,
): Promise<Failure | undefined> {
  if (!result.violation) return undefined;
  const { seed } = plan;
  log(`seed ${seed}: ${result.violation.message}`);
  if (!shrinks) return { seed, ...result.violation, plan };
  const small = await shrink(plan, result, options);
  const { calls, sweeps, crashes, changes } = small.plan;
  log(
    `  shrunk in ${small.tries} runs to ${calls.length} calls, ${sweeps.length} sweeps, ` +
      `${crashes.length} crashes, ${changes.length} policy changes`,
  );
  return { seed, ...(small.result.violation ?? result.violation), plan: small.plan };
}

async function main(): Promise<void> {
  const values = readFlags(OPTIONS, refuse);
  if (values.help) return print(USAGE);
  const variation = BROKEN_LEDGERS.find(({ name }) => name === values.broken);
  if (values.broken !== undefined && !variation) refuse(`no broken ledger "${values.broken}"`);
  const one = values.seed === undefined ? undefined : wholeNumber('seed', values.seed);
  const from = one ?? wholeNumber('from', values.from);
  const to = one ?? from + wholeNumber('seeds', values.seeds) - 1;
  const options: RunOptions = { ...(variation && { variation }) };
  const tracing: RunOptions = one === undefined ? options : { ...options, trace: log };
  const failures: Failure[] = [];
  const began = Date.now();
  let reported = began;
  let steps = 0;
  let calls = 0;
  let seeds = 0;
  for (let seed = from; seed <= to && failures.length < FAILURES_MAX; seed++) {
    const plan = planOf(seed);
    const result = await runPlan(plan, tracing);
    seeds += 1;
    steps += result.steps;
    calls += result.calls;
    const failure = await failureOf(plan, result, options, !values['no-shrink']);
    if (failure) failures.push(failure);
    if (Date.now() - reported > PROGRESS_MS) {
      reported = Date.now();
      log(`${seeds} of ${to - from + 1} seeds, ${steps} steps, ${failures.length} failed`);
    }
  }
  report({ seeds, calls, steps, seconds: (Date.now() - began) / 1000, failures }, values.json);
}

function report(
  summary: { seeds: number; calls: number; steps: number; seconds: number; failures: Failure[] },
  asJson: boolean,
): void {
  const { seeds, calls, steps, seconds, failures } = summary;
  process.exitCode = failures.length > 0 ? 1 : 0;
  if (asJson) {
    print(JSON.stringify(summary, null, 2));
    return;
  }
  for (const { seed, message, plan } of failures) {
    print(`seed ${seed} fails: ${message}`);
    print(`  replay: npm run test:simulate -- --seed ${seed}`);
    print(`  smallest plan found: ${JSON.stringify(plan)}`);
  }
  const rate = Math.round(steps / Math.max(seconds, 0.001));
  print(`${seeds} seeds, ${calls} calls, ${steps} steps (${rate}/s), ${failures.length} failed`);
}

await main();
