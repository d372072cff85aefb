/** Queries to AWS, against moto (https://docs.getmoto.org) with the real clients. */
import { runJest } from '../lib/jest.mjs';

const MINUTE_MS = 60_000;
const FOLDER = 'test/moto';

const motoServer = { command: 'moto_server', hint: 'run scripts/install-tools.sh moto_server' };

const moto = (context) => runJest(context, [FOLDER], { timeoutMs: 20 * MINUTE_MS });

export const suites = [{ name: 'moto', tools: [motoServer], run: moto }];
