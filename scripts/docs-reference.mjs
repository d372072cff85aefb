/** `npm run docs:reference`: writes the reference of variables and outputs from the *.tf files. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ensureInstalled, root } from './lib/bootstrap.mjs';
import { outdatedPages, referencePages } from './lib/reference-pages.mjs';

await ensureInstalled({ log: (message) => process.stderr.write(`${message}\n`) });
const { pages, problems } = await referencePages(root);
for (const { path, text } of outdatedPages(root, pages)) {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}
for (const problem of problems) process.stderr.write(`${problem}\n`);
if (problems.length > 0) process.exitCode = 1;
