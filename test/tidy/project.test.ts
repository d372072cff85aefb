import { describe, expect, test } from '@jest/globals';
import { deadExports, namedExports } from '../support/tidy/exports.ts';
import { importDirections, pureCore } from '../support/tidy/imports.ts';
import { readmes, testsAreRun, versionFloors } from '../support/tidy/layout.ts';
import { projectFiles } from '../support/tidy/project-files.ts';
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
  ['imports point to the core, and no function imports another', importDirections],
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
  ['prose is plain', plainWording],
  ['expressions that are rarely right stay rare', rareWording],
  ['one floor of versions for root, modules and examples', versionFloors],
];

describe('the project', () => {
  const files = projectFiles();

  test('is seen', () => {
    expect(files.length).toBeGreaterThan(100);
    expect(files.map(({ path }) => path)).toContain('main.tf');
  });

  test.each(RULES)('%s', (_, rule) => {
    expect(wordViolations(rule(files))).toEqual([]);
  });
});
