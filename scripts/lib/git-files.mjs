/** The files that are part of the project: what git tracks, and what it would. */
import { lstatSync } from 'node:fs';
import { join } from 'node:path';

/** @returns {Promise<string[]>} paths from the root, with forward slashes, sorted. */
export async function gitFiles(root, exec) {
  const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  const { code, output } = await exec('git', args, { cwd: root });
  if (code !== 0) throw new Error(`git ls-files failed:\n${output}`);
  const isThere = (path) => lstatSync(join(root, path), { throwIfNoEntry: false })?.isFile();
  return [...new Set(output.split('\0').filter(Boolean))].filter(isThere).sort();
}
