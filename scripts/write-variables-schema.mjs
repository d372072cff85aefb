/** Writes the JSON that Terraform reads from the schema of the variables in core/policy. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { root } from './lib/bootstrap.mjs';
import { exec } from './lib/exec.mjs';

const outfile = join(root, '.cache', 'variables.schema.mjs');
await build({
  absWorkingDir: root,
  bundle: true,
  entryPoints: ['core/policy/variables.schema.ts'],
  format: 'esm',
  outfile,
});
const { VARIABLES_SCHEMA } = await import(pathToFileURL(outfile).href);
const file = join(root, 'modules/schema-check/variables.schema.json');
writeFileSync(file, JSON.stringify(VARIABLES_SCHEMA));
const { code, output } = await exec('npx', ['biome', 'format', '--write', file], { cwd: root });
if (code !== 0) throw new Error(output);
