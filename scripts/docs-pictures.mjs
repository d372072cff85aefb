/** Takes the pictures of docs/: `npm run docs:pictures`. */
import { runTypescript } from './lib/run-typescript.mjs';

await runTypescript('test/browser/support/pictures.ts', process.argv.slice(2));
