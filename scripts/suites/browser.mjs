/** Pages as a browser shows them. */
import { runJest } from '../lib/jest.mjs';

const MINUTE_MS = 60_000;
const FOLDER = 'test/browser';

const chromium = {
  command: 'chromium',
  hint: 'run scripts/install-tools.sh chromium, or set CHROMIUM_PATH to a Chromium or Chrome',
};

const browser = (context) =>
  runJest(context, [FOLDER], { args: ['--runInBand'], timeoutMs: 10 * MINUTE_MS });

export const suites = [
  { name: 'browser', tools: process.env.CHROMIUM_PATH ? [] : [chromium], run: browser },
];
