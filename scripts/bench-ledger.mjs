/** Compares the ledger with other ways to count: `npm run bench:ledger`. */
import { runTypescript } from './lib/run-typescript.mjs';

await runTypescript('test/bench/ledger/main.ts', process.argv.slice(2));
