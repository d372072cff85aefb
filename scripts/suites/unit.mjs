/** The tests that need nothing but the sources: units, properties, and the style as tests. */
import { runJest } from '../lib/jest.mjs';

const MINUTE_MS = 60_000;
const FOLDERS = ['test/unit', 'test/property', 'test/tidy'];

const git = {
  command: 'git',
  hint: 'install git (https://git-scm.com); it lists the files to check',
};

const unit = (context) => runJest(context, FOLDERS, { timeoutMs: 40 * MINUTE_MS });

export const suites = [{ name: 'unit', tools: [git], run: unit }];

/** About, on two cores. */
export const minutes = 4;
