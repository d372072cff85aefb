/** `npm start`: reads flags and configuration, starts the sandbox, and stops it again. */
import { loadTfvarsPolicy } from '../adapters/tfvars-policy.ts';
import { type Flags, parseFlags } from './base/flags.ts';
import { type Sandbox, startSandbox } from './sandbox.ts';
import { clientLines } from './setup/client-lines.ts';
import type { Identities } from './setup/demo-identities.ts';

const ROOT = new URL('../../', import.meta.url);
const USAGE_ERROR = 2;

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const report = (line: string): void => void process.stderr.write(`${line}\n`);

async function main(): Promise<void> {
  // The reader of the output can close the pipe (`npm start | head -1`); the sandbox continues.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  const parsed = parseFlags(process.argv.slice(2), ROOT);
  if (!('flags' in parsed)) {
    (parsed.exitCode === 0 ? process.stdout : process.stderr).write(parsed.text);
    process.exitCode = parsed.exitCode;
    return;
  }
  const { flags } = parsed;
  const { region } = flags;
  const resolved = await loadTfvarsPolicy(flags.varFiles, { region, plannedAt: Date.now() });
  for (const { path, message } of resolved.warnings) report(`warning: ${path}: ${message}`);
  if ('problems' in resolved) {
    for (const { path, message } of resolved.problems) report(`${path}: ${message}`);
    process.exit(USAGE_ERROR);
  }
  const stopping = stopOnSignals();
  if (flags.bedrock === 'aws') report(REAL_MODELS);
  try {
    const environment = process.env;
    const options = { ...resolved, flags, root: ROOT, hostEnvironment: environment, report };
    const sandbox = await startSandbox(options);
    stopping.stop = () => sandbox.close();
    greet(sandbox, flags);
  } catch (error) {
    if (stopping.stopped) return;
    const { text, exitCode } = explain(error, flags);
    report(text);
    process.exit(exitCode);
  }
}

const REAL_MODELS = [
  '*'.repeat(72),
  '* --bedrock aws: requests call real models with your own AWS credentials *',
  '* and COST MONEY. Model ids are called, not inference profiles.          *',
  '*'.repeat(72),
].join('\n');

function greet({ url, identities, tls, demoKey }: Sandbox, flags: Flags): void {
  say(`The cost sentry listens on ${url} (Ctrl-C stops it)`);
  if (flags.identity === 'on') sayIdentities(identities);
  else
    say(
      'Open it in a browser to send requests and watch the limits, or use curl as in the README.',
    );
  if (demoKey) say(clientLines(demoKey, { url, tls, region: flags.region }).join('\n'));
}

function sayIdentities({ roles, tokens }: Identities): void {
  say('Callers must sign with SigV4 (service execute-api) or send a token. Demo callers:');
  for (const { costCenter, operator, roleArn, accessKeyId, secretAccessKey } of roles) {
    const owner = costCenter ?? (operator ? 'operator' : 'none');
    say(`  ${owner}: ${roleArn}`);
    say(`    export AWS_ACCESS_KEY_ID=${accessKeyId} AWS_SECRET_ACCESS_KEY=${secretAccessKey}`);
  }
  for (const { costCenter, claims } of tokens) {
    say(`  ${costCenter}: POST /_sandbox/token ${JSON.stringify({ claims })}`);
  }
}

interface Stopping {
  /** Absent while starting: there is nothing to stop yet. */
  stop?: () => Promise<void>;
  stopped: boolean;
}

/**
 * The first signal stops gracefully, the second immediately. The end of the parent process also
 * stops it.
 */
function stopOnSignals(): Stopping {
  const stopping: Stopping = { stopped: false };
  let stoppedAt = 0;
  const onSignal = () => {
    // One Ctrl-C arrives twice: the terminal signals the whole group, and npm forwards it.
    if (stopping.stopped && performance.now() - stoppedAt > SAME_SIGNAL_MS) process.exit(130);
    if (stopping.stopped) return;
    stopping.stopped = true;
    stoppedAt = performance.now();
    const forced = setTimeout(() => process.exit(0), STOP_MS_MAX);
    const end = stopping.stop?.() ?? Promise.resolve();
    end.then(
      () => process.exit(0),
      (error: unknown) => {
        report(`while stopping: ${String(error)}`);
        process.exit(1);
      },
    );
    forced.unref();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
  const onOrphaned = () => {
    if (!stopping.stopped) onSignal();
  };
  process.on('disconnect', onOrphaned);
  watchParent(onOrphaned);
  return stopping;
}

const STOP_MS_MAX = 2_000;
const SAME_SIGNAL_MS = 250;
const PARENT_MS = 1_000;

/** If the parent process has ended, no one is left to stop the sandbox. */
function watchParent(orphaned: () => void): void {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) orphaned();
  }, PARENT_MS).unref();
}

function explain(error: unknown, flags: Flags): { text: string; exitCode: number } {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const message = error instanceof Error ? error.message : String(error);
  const listens = error instanceof Error && 'syscall' in error && error.syscall === 'listen';
  if (listens && (code === 'EADDRINUSE' || code === 'EACCES')) {
    const why = code === 'EACCES' ? 'may not be used' : 'is in use';
    const text = `Port ${flags.port} ${why}: use another --port, or --port 0 for a free one.`;
    return { text, exitCode: USAGE_ERROR };
  }
  if (isMissingBundle(error, message)) {
    return { text: `${message}\nBuild the functions first: npm run build`, exitCode: 1 };
  }
  return { text: `The sandbox can't start: ${message}`, exitCode: 1 };
}

const isMissingBundle = (error: unknown, message: string): boolean =>
  error instanceof Error && /Cannot find module .*dist/.test(message);

await main();
