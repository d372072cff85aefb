/** The needs of a deployment, from its configuration. */
import { callCombinations } from '../../policy/call-combinations.ts';
import type { Policy } from '../../policy/policy.ts';
import { hasService } from '../../policy/region-services.ts';
import { stringField, toUnvalidated, type UnvalidatedObject } from '../../unvalidated.ts';
import deployerPolicy from './deployer-policy.json' with { type: 'json' };

export interface DoctorModel {
  readonly alias: string;
  readonly modelId: string;
  readonly baseModelId: string;
}

export interface DoctorRequest {
  readonly region: string;
  /** Name of the deployment. */
  readonly name: string;
  /** Of the role that applies the module. */
  readonly actions: readonly string[];
  readonly models: readonly DoctorModel[];
  readonly profiles: number;
  readonly bus: string;
  readonly rules: number;
  /** Whether a REST API writes access lines; HTTP APIs need no role for theirs. */
  readonly needsApiLogRole: boolean;
  readonly tagKeys: readonly string[];
  /** Whether the partition has Budgets and Cost Explorer. */
  readonly hasBilling: boolean;
  /** Settings that only a payer account, or one without an organization, can have. */
  readonly payerOnly: readonly string[];
}

/** Statements of the deployer's policy that only some settings need. */
function unneededStatements(
  variables: UnvalidatedObject,
  isOn: (name: string) => boolean,
  hasBilling: boolean,
): readonly string[] {
  const object = (name: string) => toUnvalidated(variables.get(name));
  const front = stringField(object('proxy'), 'front');
  const withKeys = [variables, ...['alerts', 'reporting', 'cost_reports'].map(object)];
  const needs = {
    Budgets: hasBilling,
    // The stack of a Function URL's permission.
    Proxy: isOn('proxy') && front !== 'rest_api',
    CloudFront: isOn('proxy') && front === 'cloudfront',
    WebAcl: isOn('proxy') && object('proxy').has('web_acl'),
    Buckets: isOn('reporting') || isOn('cost_reports'),
    Export: isOn('reporting'),
    Anomalies: isOn('anomaly_detection'),
    CostAllocationTags: isOn('cost_allocation_tags'),
    Vpc: toUnvalidated(object('functions').get('vpc')).size > 0,
    Keys: withKeys.some((each) => stringField(each, 'kms_key_arn') !== undefined),
  };
  return Object.entries(needs).flatMap(([sid, isNeeded]) => (isNeeded ? [] : [sid]));
}

const actionsWithout = (sids: readonly string[]): readonly string[] =>
  deployerPolicy.Statement.filter(({ Sid }) => !sids.includes(Sid)).flatMap(({ Action }) => Action);

/** @param config the tfvars of the policy, for variables about operation. */
export function doctorRequest(policy: Policy, config: unknown): DoctorRequest {
  const variables = toUnvalidated(config);
  const isOn = (name: string): boolean =>
    toUnvalidated(variables.get(name)).get('enabled') === true;
  const hasBilling = hasService('billing', policy.region);
  const { tagKeys } = policy;
  return {
    region: policy.region,
    name: policy.name,
    actions: actionsWithout(unneededStatements(variables, isOn, hasBilling)),
    models: [...policy.models.values()]
      .filter(({ modelId }) => !modelId.startsWith('arn:'))
      .map(({ alias, modelId, baseModelId }) => ({ alias, modelId, baseModelId })),
    profiles: callCombinations(policy).filter(({ model }) => model.inferenceProfile).length,
    bus: stringField(variables, 'event_bus_name') ?? 'default',
    // One for each cost center, and one for the organization.
    rules: policy.costCenters.size + 1,
    needsApiLogRole: isOn('proxy') && writesApiLines(toUnvalidated(variables.get('proxy'))),
    tagKeys: [tagKeys.costCenter, tagKeys.application, tagKeys.environment],
    hasBilling,
    payerOnly: ['anomaly_detection', 'cost_allocation_tags']
      .filter(isOn)
      .map((name) => `${name}.enabled`),
  };
}

const writesApiLines = (proxy: UnvalidatedObject): boolean =>
  stringField(proxy, 'front') === 'rest_api' &&
  toUnvalidated(proxy.get('rest_api')).get('access_log') !== false;
