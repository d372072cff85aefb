/**
 * Goal: an accepted pattern binds no session of a role that IAM's own reading of the pattern would
 * not match. The reference below is written after IAM's rules alone, over whole role ARNs.
 */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { matchesRole, rolePatternProblem, sessionRole } from '../../core/policy/role-pattern.ts';

const RUNS = 20_000;

/** `ArnLike` of IAM for the last part: `*` any characters, also `/`; recursive, case-sensitive. */
function iamMatches(pattern: string, text: string): boolean {
  if (pattern === '') return text === '';
  if (pattern.startsWith('*')) {
    return (
      iamMatches(pattern.slice(1), text) || (text !== '' && iamMatches(pattern, text.slice(1)))
    );
  }
  return text !== '' && pattern[0] === text[0] && iamMatches(pattern.slice(1), text.slice(1));
}

const word = fc.string({
  unit: fc.constantFrom('a', 'b', 'A', '1', '-', '_'),
  minLength: 1,
  maxLength: 3,
});
const path = fc
  .array(word, { maxLength: 2 })
  .map((parts) => parts.map((each) => `${each}/`).join(''));
const globbed = fc.string({
  unit: fc.constantFrom('a', 'b', '1', '-', '*'),
  minLength: 1,
  maxLength: 4,
});
const pattern = fc
  .tuple(fc.array(globbed, { maxLength: 2 }), globbed)
  .map(([parts, name]) => `arn:aws:iam::111122223333:role/${[...parts, name].join('/')}`);

/** Roles of one account: names are unique in it, whatever their paths. */
const account = fc.uniqueArray(fc.record({ path, name: word }), {
  minLength: 1,
  maxLength: 6,
  selector: ({ name }) => name.toLowerCase(),
});

const ROLE = 'arn:aws:iam::111122223333:role/';

describe('role patterns compared with IAM', () => {
  test('bind no role that IAM would not match', () => {
    let bound = 0;
    fc.assert(
      fc.property(pattern, account, (given, roles) => {
        fc.pre(rolePatternProblem(given) === undefined);
        const found = roles.filter(({ name }) => {
          const role = sessionRole(`arn:aws:sts::111122223333:assumed-role/${name}/session`);
          return role !== undefined && matchesRole(given, role);
        });
        bound += found.length;
        const parts = given.slice(ROLE.length).split('/');
        for (const { path: own, name } of found) {
          const whole = iamMatches(given, `${ROLE}${own}${name}`);
          // A pattern without a path is about names, whatever the paths are.
          const byName = parts.length === 1 && iamMatches(given, `${ROLE}${name}`);
          // With a path it is about the one role of the account that has this name.
          const exact = parts.length > 1 && parts.at(-1) === name && found.length === 1;
          expect({ given, own, name, ok: whole || byName || exact }).toMatchObject({ ok: true });
        }
      }),
      { numRuns: RUNS },
    );
    expect(bound).toBeGreaterThan(RUNS / 100);
  });

  test('are refused where they would bind a role under any name', () => {
    fc.assert(
      fc.property(pattern, (given) => {
        const stranger = { partition: 'aws', account: '111122223333', name: 'ZZZ' };
        if (matchesRole(given, stranger)) expect(given).toMatch(/[a-zA-Z0-9][^/]*$/);
        else if (iamMatches(given, `${ROLE}ZZZ`)) {
          expect(rolePatternProblem(given)).toEqual(expect.any(String));
        }
      }),
      { numRuns: RUNS },
    );
  });
});
