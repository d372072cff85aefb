/** Real clients of model APIs against the built sandbox. */
import { runJest } from '../lib/jest.mjs';

const MINUTE_MS = 60_000;
const FOLDER = 'test/clients';
const INSTALL = 'scripts/install-tools.sh';

const python = {
  command: 'python3',
  hint: `install Python 3.11 or newer; then ${INSTALL} test-clients installs the clients`,
};

/** The clients are installed where they are missing, or other than the lock files say. */
async function clients(context) {
  const { root, exec } = context;
  const options = { cwd: root, timeoutMs: 10 * MINUTE_MS };
  const { code, output } = await exec('bash', [INSTALL, 'test-clients'], options);
  if (code !== 0) return { passed: 0, failed: 1, output };
  return runJest(context, [FOLDER], { args: ['--runInBand'], timeoutMs: 10 * MINUTE_MS });
}

export const suites = [{ name: 'clients', tools: [python], run: clients }];

/** About, on two cores. */
export const minutes = 2;
