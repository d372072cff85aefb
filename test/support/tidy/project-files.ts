/** The files of the project, as the rules read them. */
import { execFileSync } from 'node:child_process';
import { lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SourceFile } from './source.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const LIST = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
const NUL = '\0';

/** The paths of the project's files: what git tracks and what it would, as they are now. */
export function projectPaths(): string[] {
  const listed = execFileSync('git', LIST, { cwd: ROOT, encoding: 'utf8', maxBuffer: 2 ** 26 });
  const paths = new Set(listed.split(NUL).filter((path) => path !== ''));
  const isFile = (path: string): boolean =>
    lstatSync(join(ROOT, path), { throwIfNoEntry: false })?.isFile() ?? false;
  return [...paths].filter(isFile).sort();
}

/** The project's files of text. */
export const projectFiles = (): SourceFile[] =>
  projectPaths()
    .map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }))
    .filter(({ text }) => !text.includes(NUL));
