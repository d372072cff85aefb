/** `npm start`: installs and builds what is missing, then runs the sandbox on Node 22. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { ensureBuilt, ensureInstalled, node22, root } from './lib/bootstrap.mjs';

/** Stdout belongs to the sandbox alone. */
const log = (message) => process.stderr.write(`cost-sentry: ${message}\n`);

try {
  await ensureInstalled({ log });
  await ensureBuilt({ log });
} catch (error) {
  log(error.message);
  process.exit(2);
}

const sandbox = spawn(
  node22,
  [join(root, 'dist', 'sandbox', 'main.mjs'), ...process.argv.slice(2)],
  {
    stdio: 'inherit',
  },
);
// A signal to this process alone must end the sandbox too; one to the whole group reaches both.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => sandbox.kill(signal));
}
sandbox.on('exit', (code, signal) => {
  process.exitCode = signal ? 1 : (code ?? 1);
});
