/** Measures the latency that the sentry adds to a call: `npm run bench:latency`. */
import { runTypescript } from './lib/run-typescript.mjs';

await runTypescript('test/bench/latency/main.ts', process.argv.slice(2));
