/** Runs a TypeScript program of the project on Node 22, bundled on the fly. */
import { spawn } from 'node:child_process';
import { basename, dirname, join } from 'node:path';
import { ensureBuilt, ensureInstalled, node22, root } from './bootstrap.mjs';

const log = (message) => process.stderr.write(`${message}\n`);

/** @param entry path from the project's root; its bundle is written one folder below the root. */
export async function runTypescript(entry, args) {
  await ensureInstalled({ log });
  await ensureBuilt({ log });
  const { build } = await import('esbuild');
  const outfile = join(root, '.cache', `${basename(dirname(entry))}.mjs`);
  await build({
    absWorkingDir: root,
    bundle: true,
    entryPoints: [entry],
    format: 'esm',
    logLevel: 'warning',
    outfile,
    packages: 'external',
    platform: 'node',
    sourcemap: 'inline',
    target: 'node22',
  });
  const child = spawn(node22, ['--enable-source-maps', outfile, ...args], { stdio: 'inherit' });
  child.on('exit', (code) => {
    process.exitCode = code ?? 1;
  });
}
