/** A build of the same sources in another folder and another time zone. */
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exec } from './exec.mjs';

/** Files that the build reads. */
const PARTS = [
  'core',
  'adapters',
  'functions',
  'cli',
  'sandbox',
  'scripts',
  'tsconfig.json',
  'package.json',
  'package-lock.json',
];

/**
 * Builds, runs `use` with the folder of the zips, then removes them.
 * @throws Error with the output of a build that failed.
 */
export async function withSecondBuild(root, use) {
  const other = mkdtempSync(join(tmpdir(), 'cost-sentry-build-'));
  try {
    for (const part of PARTS) cpSync(join(root, part), join(other, part), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(other, 'node_modules'));
    const { code, output } = await exec(process.execPath, ['scripts/build.mjs'], {
      cwd: other,
      env: { ...process.env, TZ: 'Pacific/Auckland' },
    });
    if (code !== 0) throw new Error(output);
    return await use(join(other, 'dist', 'functions'));
  } finally {
    rmSync(other, { recursive: true, force: true });
  }
}
