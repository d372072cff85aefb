/** Simulates the ledger under faults: `npm run test:simulate`. */
import { runTypescript } from './lib/run-typescript.mjs';

await runTypescript('test/ledger-simulation/main.ts', process.argv.slice(2));
