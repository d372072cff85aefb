/** Fuzzes every route of the built sandbox: `npm run test:fuzz`. */
import { runTypescript } from './lib/run-typescript.mjs';

await runTypescript('test/fuzz/main.ts', process.argv.slice(2));
