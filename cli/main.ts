#!/usr/bin/env node
/** Entry of the `cost-sentry` command. */
import { systemClock, systemIds } from '../adapters/system.ts';
import { run } from './program.ts';
import { exitOnBrokenPipe, repeatUntilInterrupted, terminal } from './terminal/terminal.ts';

exitOnBrokenPipe();
// Its advice is about later versions of the AWS SDK, and this file contains the one that it uses.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';

process.exitCode = await run(process.argv.slice(2), {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  ...terminal(),
  ticks: repeatUntilInterrupted,
  env: process.env,
  clock: systemClock,
  ids: systemIds,
});
