/** The policy as items of the ledger table: what Terraform writes and the functions load. */

import { joinPath } from '../input-path.ts';
import type { InputProblem } from '../input-problem.ts';
import { parseJson } from '../parse-json.ts';
import { quoted } from '../safe-text.ts';
import { stringField, toUnvalidated } from '../unvalidated.ts';
import type { UserClaims } from './policy.ts';
import { userClaimsOf } from './user-claims.ts';

/** An item of partition `policy`; `body` is JSON in the tfvars' shapes. */
export interface PolicyItem {
  readonly pk: typeof POLICY_PARTITION;
  readonly sk: string;
  readonly body: string;
}

export const POLICY_PARTITION = 'policy';
const SETTINGS = 'settings';
const COST_CENTER = 'costCenter#';
/** Of the settings item: not a variable of the module, but where it was applied. */
const REGION = 'region';
/** Of the settings item: from `api.jwt`, which is not the policy's. */
const USER_CLAIMS = 'user_claims';

/** The variables that go into the settings item; cost centers have separate items. */
const SETTINGS_VARIABLES = [
  'name',
  'models',
  'applications',
  'default_cost_center',
  'organization',
  'time_zone',
  'ledger',
  'execution',
  'log_prompts',
  'proxy',
  'operators',
  'tag_keys',
] as const;

type StoredPolicy =
  | {
      readonly config: unknown;
      /** Where it is deployed; absent in a policy stored by a version that did not write it. */
      readonly region?: string;
      readonly userClaims: UserClaims;
      /** `<costCenter>/<application>/<environment>/<alias>` -> ARN. */
      readonly inferenceProfiles: ReadonlyMap<string, string>;
    }
  | { readonly problems: readonly [InputProblem, ...InputProblem[]] };

/**
 * The items for a configuration that resolves.
 * @param inferenceProfiles `<costCenter>/<application>/<environment>/<alias>` -> ARN, as the
 * module's output `inference_profile_arns` has it.
 */
export function toPolicyItems(
  config: unknown,
  inferenceProfiles: ReadonlyMap<string, string> = new Map(),
  region?: string,
): PolicyItem[] {
  const variables = toUnvalidated(config);
  const settings = Object.fromEntries(
    SETTINGS_VARIABLES.map((name) => [name, variables.get(name) ?? null]),
  );
  const centers = [...toUnvalidated(variables.get('cost_centers'))];
  return [
    item(SETTINGS, {
      ...settings,
      [USER_CLAIMS]: userClaimsOf(variables),
      ...(region !== undefined && { [REGION]: region }),
    }),
    ...centers.map(([name, center]) => {
      const profiles = [...inferenceProfiles].filter(([key]) => key.startsWith(`${name}/`));
      return item(`${COST_CENTER}${name}`, {
        config: center,
        inference_profiles: Object.fromEntries(
          profiles.map(([key, arn]) => [key.slice(name.length + 1), arn]),
        ),
      });
    }),
  ];
}

const item = (sk: string, body: unknown): PolicyItem => ({
  pk: POLICY_PARTITION,
  sk,
  body: JSON.stringify(body),
});

/**
 * The configuration and profiles behind the items, to be resolved; unknown sort keys are passed
 * over.
 */
export function fromPolicyItems(
  items: Iterable<{ readonly sk: string; readonly body: string }>,
): StoredPolicy {
  const problems: InputProblem[] = [];
  const centers: [string, unknown][] = [];
  const inferenceProfiles = new Map<string, string>();
  let settings: ReadonlyMap<string, unknown> | undefined;
  for (const { sk, body } of items) {
    if (sk !== SETTINGS && !sk.startsWith(COST_CENTER)) continue;
    const parsed = parseJson(body);
    if (parsed === undefined) {
      const message = 'the stored policy is not JSON: apply the Terraform module again';
      problems.push({ path: joinPath('policy', sk), message });
    } else if (sk === SETTINGS) {
      settings = toUnvalidated(parsed);
    } else {
      const name = sk.slice(COST_CENTER.length);
      const stored = toUnvalidated(parsed);
      centers.push([name, stored.get('config')]);
      for (const [key, arn] of toUnvalidated(stored.get('inference_profiles'))) {
        if (typeof arn === 'string') inferenceProfiles.set(`${name}/${key}`, arn);
      }
    }
  }
  if (!settings) {
    const message = `the table has no ${quoted(SETTINGS)} item: apply the Terraform module first`;
    problems.push({ path: 'policy', message });
  }
  const [first, ...others] = problems;
  if (first) return { problems: [first, ...others] };
  const {
    [REGION]: region,
    [USER_CLAIMS]: claims,
    ...variables
  } = Object.fromEntries(settings ?? []);
  const config = { ...variables, cost_centers: Object.fromEntries(centers) };
  const [user, groups] = ['user', 'groups'].map((name) => stringField(toUnvalidated(claims), name));
  const userClaims = {
    ...(user !== undefined && { user }),
    ...(groups !== undefined && { groups }),
  };
  return { config, inferenceProfiles, userClaims, ...(typeof region === 'string' && { region }) };
}
