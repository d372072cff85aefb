#!/usr/bin/env node
/** Entry of the `cost-sentry` command. */
import { systemClock, systemIds } from '../functions/adapters/system.ts';
import { run } from './run.ts';
import { endWhereNothingIsRead, terminal, ticks } from './terminal.ts';

endWhereNothingIsRead();

process.exitCode = await run(process.argv.slice(2), {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  ...terminal(),
  ticks,
  env: process.env,
  clock: systemClock,
  ids: systemIds,
});
