#!/usr/bin/env node
/** Entry of the `cost-sentry` command. */
import { systemClock, systemIds } from '../adapters/system.ts';
import { run } from './program.ts';
import { exitOnBrokenPipe, repeatUntilInterrupted, terminal } from './terminal/terminal.ts';

exitOnBrokenPipe();

process.exitCode = await run(process.argv.slice(2), {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  ...terminal(),
  ticks: repeatUntilInterrupted,
  env: process.env,
  clock: systemClock,
  ids: systemIds,
});
