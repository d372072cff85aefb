/** The ledger and the model of its table, held against DynamoDB engines of several makers. */
import { runJest } from '../lib/jest.mjs';

const MINUTE_MS = 60_000;
const FOLDER = 'test/conformance';

const moto = { command: 'moto-dynamodb', hint: 'run scripts/install-tools.sh moto-dynamodb' };

// A busy machine is not a failure: a test may take as long as its suite.
const ARGS = [`--testTimeout=${20 * MINUTE_MS}`];

const on = (engine) => (context) =>
  runJest(context, [`${FOLDER}/${engine}/`], { args: ARGS, timeoutMs: 40 * MINUTE_MS });

export const suites = [
  { name: 'conformance', tools: [], run: on('dynalite') },
  { name: 'conformance on moto', tools: [moto], run: on('moto') },
];

/** About, on two cores. */
export const minutes = 2;
