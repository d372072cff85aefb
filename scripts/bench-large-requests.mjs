/** Measures what the largest requests take: `npm run bench:large-requests`. */
import { runTypescript } from './lib/run-typescript.mjs';

await runTypescript('test/bench/large-requests/main.ts', process.argv.slice(2));
