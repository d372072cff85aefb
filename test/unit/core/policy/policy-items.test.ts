import { describe, expect, test } from '@jest/globals';
import { loadTfvarsPolicy } from '../../../../adapters/tfvars-policy.ts';
import { fromPolicyItems, toPolicyItems } from '../../../../core/policy/policy-items.ts';
import { resolvePolicy } from '../../../../core/policy/resolve-policy.ts';

const FILES = ['examples/complete/terraform.tfvars', 'test/fixtures/policies/contract.tfvars'];
const PROFILES = new Map([
  [
    'sales/aws-documentation-helper/dev/nova-lite',
    'arn:aws:bedrock:us-east-1:111122223333:application-inference-profile/a',
  ],
  [
    'support/aws-documentation-helper/production/claude-3-5-haiku',
    'arn:aws:bedrock:us-east-1:111122223333:application-inference-profile/b',
  ],
]);

describe('policy items', () => {
  test.each(FILES)('%s comes back from its items as the same policy', async (file) => {
    const resolved = await loadTfvarsPolicy([file], { inferenceProfiles: PROFILES });
    if ('problems' in resolved) throw new Error(JSON.stringify(resolved.problems));
    const items = toPolicyItems(resolved.config, PROFILES);
    const stored = fromPolicyItems(items.toReversed());
    if ('problems' in stored) throw new Error(JSON.stringify(stored.problems));
    const back = resolvePolicy(stored.config, stored);
    if ('problems' in back) throw new Error(JSON.stringify(back.problems));
    expect(new Set(back.policy.costCenters)).toEqual(new Set(resolved.policy.costCenters));
    expect({ ...back.policy, costCenters: 0 }).toEqual({ ...resolved.policy, costCenters: 0 });
  });

  test('have the keys and shapes that Terraform writes', () => {
    const items = toPolicyItems(
      { name: 'x', tags: {}, cost_centers: { sales: { model: 'm' }, 'sales-eu': {} } },
      new Map([
        ['sales/app/dev/m', 'arn:1'],
        ['sales-eu/app/dev/m', 'arn:2'],
      ]),
    );
    expect(items.map(({ pk, sk }) => [pk, sk])).toEqual([
      ['policy', 'settings'],
      ['policy', 'costCenter#sales'],
      ['policy', 'costCenter#sales-eu'],
    ]);
    expect(items.map(({ body }) => JSON.parse(body))).toEqual([
      {
        name: 'x',
        user_claims: {},
        models: null,
        applications: null,
        default_cost_center: null,
        organization: null,
        time_zone: null,
        ledger: null,
        execution: null,
        log_prompts: null,
        proxy: null,
        operators: null,
        tag_keys: null,
      },
      { config: { model: 'm' }, inference_profiles: { 'app/dev/m': 'arn:1' } },
      { config: {}, inference_profiles: { 'app/dev/m': 'arn:2' } },
    ]);
  });

  test('a table without a policy says what to do', () => {
    expect(fromPolicyItems([])).toEqual({
      problems: [
        { path: 'policy', message: expect.stringContaining('apply the Terraform module first') },
      ],
    });
  });

  test('a body that is not JSON is a problem at its item', () => {
    const stored = fromPolicyItems([
      { sk: 'settings', body: '{' },
      { sk: 'costCenter#sales', body: '' },
      { sk: 'something-newer', body: 'not ours' },
    ]);
    const paths = 'problems' in stored ? stored.problems.map(({ path }) => path) : [];
    expect(paths).toEqual(['policy.settings', 'policy.costCenter#sales', 'policy']);
  });

  test.each(['null', '7', '"x"', '[]'])(
    'a body that is %s resolves to problems, not to a crash',
    (body) => {
      const stored = fromPolicyItems([
        { sk: 'settings', body },
        { sk: 'costCenter#__proto__', body },
      ]);
      const config = 'config' in stored ? stored.config : undefined;
      expect(resolvePolicy(config)).toHaveProperty('problems');
    },
  );
});
