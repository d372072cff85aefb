/** Finds the test suites: every scripts/suites/*.mjs is a group of them, with about how long it takes. */
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * @typedef {object} Suite
 * @property {string} name
 * @property {{command: string, hint: string}[]} tools commands it can't do without
 * @property {(context: object) => Promise<{passed: number, failed: number, output: string}>} run
 */

/**
 * @returns {Promise<{group: string, suites: Suite[]}[]>} a group named after its file; the longest
 *   is first, so that none begins when the others are about to end.
 */
export async function loadSuites(folder) {
  const files = readdirSync(folder)
    .filter((name) => name.endsWith('.mjs'))
    .sort();
  const groups = await Promise.all(
    files.map(async (name) => {
      const { suites, minutes = 0 } = await import(pathToFileURL(join(folder, name)).href);
      if (!Array.isArray(suites)) throw new Error(`${name} exports no array \`suites\``);
      return { group: basename(name, '.mjs'), suites, minutes };
    }),
  );
  return groups
    .sort((left, right) => right.minutes - left.minutes)
    .map(({ group, suites }) => ({ group, suites }));
}

/**
 * Narrows the groups to the suites and groups named in `only`, separated by commas.
 * @returns what is left, and the names that are neither.
 */
export function select(groups, only) {
  if (only === undefined) return { chosen: groups, unknown: [] };
  const names = only
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean);
  const isWanted = (group, suite) => names.includes(group) || names.includes(suite.name);
  const isKnown = (name) =>
    groups.some(({ group, suites }) => group === name || suites.some((s) => s.name === name));
  const chosen = groups
    .map(({ group, suites }) => ({ group, suites: suites.filter((s) => isWanted(group, s)) }))
    .filter(({ suites }) => suites.length > 0);
  const unknown = names.filter((name) => !isKnown(name));
  return { chosen, unknown: names.length === 0 ? [only || '(none)'] : unknown };
}
