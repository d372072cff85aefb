/** Sizes: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html, 2026-11. */
import { expect, test } from '@jest/globals';
import deployerPolicy from '../../../../../core/insight/doctor/deployer-policy.json' with {
  type: 'json',
};

const ALWAYS = ['Roles', 'LedgerAndFunctions', 'ApiAndModels', 'Observability', 'Budgets'];
const charactersOf = (statements: typeof deployerPolicy.Statement): number =>
  JSON.stringify({ ...deployerPolicy, Statement: statements }).length;

test('the whole policy fits into the inline policies of a role', () => {
  expect(charactersOf(deployerPolicy.Statement)).toBeLessThan(10_240);
});

test('the statements for the defaults fit into one managed policy, and the others into another', () => {
  const [always, others] = [true, false].map((isAlways) =>
    deployerPolicy.Statement.filter(({ Sid }) => ALWAYS.includes(Sid) === isAlways),
  );
  expect(always).toHaveLength(ALWAYS.length);
  expect(charactersOf(always ?? [])).toBeLessThan(6_144);
  expect(charactersOf(others ?? [])).toBeLessThan(6_144);
});

test('an action is named once, and no wildcard', () => {
  const actions = deployerPolicy.Statement.flatMap(({ Action }) => Action);
  expect(new Set(actions).size).toBe(actions.length);
  expect(actions.filter((action) => !/^[a-z0-9-]+:\w+$/.test(action))).toEqual([]);
});
