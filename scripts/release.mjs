/**
 * Makes what a release has in one folder: the package, a bill of materials, and their checksums.
 *
 *   npm run release
 *   npm run release -- --out FOLDER     default: release
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { bundledBill } from './lib/bill-of-materials.mjs';
import { ensureBuilt, ensureInstalled, root } from './lib/bootstrap.mjs';
import { exec } from './lib/exec.mjs';
import { readFlags } from './lib/flags.mjs';

const USAGE = `npm run release -- [options]

Makes the package (npm pack), a bill of materials (CycloneDX) and SHA256SUMS.

  --out FOLDER  where to, emptied before (default: release)
  --help        this text
`;

async function run(command, args) {
  const { code, output } = await exec(command, args, { cwd: root });
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} failed:\n${output}`);
  return output;
}

async function billOfMaterials(manifest) {
  const args = ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only'];
  const text = await run('npm', args);
  const locked = JSON.parse(text.slice(text.indexOf('{')));
  if (locked.metadata.component.version !== manifest.version)
    throw new Error('the bill is of another version');
  const bundled = JSON.parse(readFileSync(join(root, 'dist', 'bundled-packages.json'), 'utf8'));
  return `${JSON.stringify(bundledBill(locked, bundled, manifest.name), null, 2)}\n`;
}

async function release(out) {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const log = (line) => console.error(line);
  await ensureInstalled({ log });
  await ensureBuilt({ log });
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  const packed = await run('npm', [
    ...['pack', '--json', '--ignore-scripts', '--pack-destination', out],
  ]);
  const [{ filename }] = JSON.parse(packed.slice(packed.indexOf('[')));
  const bom = `${manifest.name}-${manifest.version}.cdx.json`;
  writeFileSync(join(out, bom), await billOfMaterials(manifest));
  const lines = [filename, bom].map((name) => {
    const hash = createHash('sha256')
      .update(readFileSync(join(out, name)))
      .digest('hex');
    return `${hash}  ${name}\n`;
  });
  writeFileSync(join(out, 'SHA256SUMS'), lines.join(''));
  process.stdout.write(lines.join(''));
}

const flags = readFlags({ out: { type: 'string', default: 'release' } }, USAGE);
if (flags?.help) process.stdout.write(USAGE);
else if (flags) await release(resolve(root, flags.out));
