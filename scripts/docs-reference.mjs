/**
 * `npm run docs:reference`: writes the reference of variables and outputs from the *.tf files.
 * `--root FOLDER` does it for another project, `--types FOLDER` names the module that has the types
 * of the root's variables, and `--check` writes nothing and fails where a page is not up to date.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureInstalled, root as project } from './lib/bootstrap.mjs';
import { outdatedPages, referencePages } from './lib/reference-pages.mjs';

const { values } = parseArgs({
  options: {
    check: { type: 'boolean', default: false },
    root: { type: 'string', default: project },
    types: { type: 'string' },
  },
});
const root = resolve(values.root);

await ensureInstalled({ log: (message) => process.stderr.write(`${message}\n`) });
const { pages, problems } = await referencePages(root, values.types);
const outdated = outdatedPages(root, pages);
for (const { path, text } of values.check ? [] : outdated) {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}
const wrong = values.check
  ? [...problems, ...outdated.map(({ path }) => `${path}: is not up to date`)]
  : problems;
for (const problem of wrong) process.stderr.write(`${problem}\n`);
if (wrong.length > 0) process.exitCode = 1;
