import { describe, expect, test } from '@jest/globals';
import { deadLinks } from '../../scripts/lib/markdown-links.mjs';
import { noCircles } from '../support/tidy/circles.ts';
import { deadExports, namedExports } from '../support/tidy/exports.ts';
import { pureCore } from '../support/tidy/imports.ts';
import { functionsApart, layers, noPlatform } from '../support/tidy/layers.ts';
import { indexedPages, readmes, testsAreRun, versionFloors } from '../support/tidy/layout.ts';
import { namedFiles } from '../support/tidy/named-files.ts';
import { openingComments } from '../support/tidy/openings.ts';
import { projectFiles, projectPaths } from '../support/tidy/project-files.ts';
import { plainWording, rareWording } from '../support/tidy/prose.ts';
import { fileLength, lineWidth } from '../support/tidy/sizes.ts';
import { type Rule, wordViolations } from '../support/tidy/source.ts';
import {
  bannedNames,
  leftOvers,
  lockWithoutHosts,
  machinePaths,
  noSuppressions,
  registryHosts,
} from '../support/tidy/words.ts';

const RULES: readonly [string, Rule][] = [
  ['files are short', fileLength],
  ['lines are narrow', lineWidth],
  ['every file says first what it owns', openingComments],
  ['imports point down the layers', layers],
  ['no function imports another', functionsApart],
  ['nothing imports in a circle', noCircles],
  ['the core knows no platform', noPlatform],
  ['the core is pure', pureCore],
  ['exports have names', namedExports],
  ['every export has a user', deadExports],
  ['names say what a thing is', bannedNames],
  ['no work is left over in comments', leftOvers],
  ['no path is of one machine', machinePaths],
  ['no registry is named', registryHosts],
  ['the lock file names no hosts', lockWithoutHosts],
  ['the compiler is not silenced', noSuppressions],
  ['every test is one that a runner finds', testsAreRun],
  ['every part has its README', readmes],
  ['Markdown names files that exist', namedFiles],
  ['every page is in the index', indexedPages],
  ['prose is plain', plainWording],
  ['expressions that are rarely right stay rare', rareWording],
  ['one floor of versions for root, modules and examples', versionFloors],
];

/** Rules for all files, whichever they are; every other one names paths and fails without them. */
const FOR_ALL_FILES: readonly Rule[] = [
  bannedNames,
  leftOvers,
  machinePaths,
  registryHosts,
  rareWording,
];

describe('the project', () => {
  const files = projectFiles();

  test('is seen', () => {
    expect(files.length).toBeGreaterThan(100);
    expect(files.map(({ path }) => path)).toContain('main.tf');
  });

  test('links lead somewhere', () => {
    const pages = files.filter(({ path }) => path.endsWith('.md'));
    expect(pages.length).toBeGreaterThan(10);
    expect(wordViolations(deadLinks(pages, projectPaths()))).toEqual([]);
  });

  test.each(RULES)('%s', (_, rule) => {
    expect(wordViolations(rule(files))).toEqual([]);
  });

  test.each(RULES.filter(([, rule]) => !FOR_ALL_FILES.includes(rule)))(
    'the rule fails where its paths match nothing: %s',
    (_, rule) => {
      expect(rule([])).not.toEqual([]);
    },
  );
});
