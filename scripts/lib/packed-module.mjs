/** The module as its users get it: packed, and unpacked somewhere else. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const MINUTE_MS = 60_000;

/** Runs `use` with the unpacked module and a folder for whatever else, then removes both. */
export async function withPackedModule({ root, exec }, use) {
  const folder = mkdtempSync(join(tmpdir(), 'cost-sentry-packed-'));
  try {
    const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder];
    const packed = await exec('npm', args, { cwd: root, timeoutMs: MINUTE_MS });
    if (packed.code !== 0) throw new Error(`npm pack failed:\n${packed.output}`);
    const [{ filename }] = JSON.parse(packed.output.slice(packed.output.indexOf('[')));
    const unpacked = join(folder, 'unpacked');
    mkdirSync(unpacked);
    const tar = await exec('tar', ['-xzf', join(folder, filename), '-C', unpacked]);
    if (tar.code !== 0) throw new Error(`tar failed:\n${tar.output}`);
    return await use({ folder, file: join(folder, filename), module: join(unpacked, 'package') });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
