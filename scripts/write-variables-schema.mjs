/** Writes the JSON that Terraform reads from the schema of the variables in core/policy. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { root } from './lib/bootstrap.mjs';

const outfile = join(root, '.cache', 'variables.schema.mjs');
await build({
  absWorkingDir: root,
  bundle: true,
  entryPoints: ['core/policy/variables.schema.ts'],
  format: 'esm',
  outfile,
});
const { VARIABLES_SCHEMA } = await import(pathToFileURL(outfile).href);
writeFileSync(
  join(root, 'modules/schema-check/variables.schema.json'),
  `${JSON.stringify(VARIABLES_SCHEMA, null, 2)}\n`,
);
