/**
 * Goal: an unlisted key is refused at every depth of every variable. Terraform plans the
 * same configurations in the suite of broken ones.
 */
import { describe, expect, test } from '@jest/globals';
import { operationsProblems } from '../../../../core/policy/operations-checks.ts';
import { VARIABLES_SCHEMA } from '../../../../core/policy/variables.schema.ts';
import { unknownKeys } from '../../../../scripts/lib/unknown-keys.mjs';
import { problemsOf } from '../../../support/small-config.ts';

describe.each(['object', 'array'] as const)('an unlisted key, with %s values', (several) => {
  const { config, paths } = unknownKeys(VARIABLES_SCHEMA, several);

  const problems = [...problemsOf(config), ...operationsProblems(config)];

  test('has places at every depth', () => {
    expect(paths.length).toBeGreaterThan(40);
    expect(paths).toContain('models.some.price.tiers.flex.unlisted');
    expect(paths).toContain(
      `cost_centers.some.callers${several === 'array' ? '[0]' : ''}.unlisted`,
    );
  });

  test.each(paths)('is refused at %s', (path) => {
    const problem = problems.find((each) => each.path === path);
    expect(problem?.message).toMatch(/unknown .*"unlisted".*use one of/);
  });
});
