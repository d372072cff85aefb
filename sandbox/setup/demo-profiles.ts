/** Application inference profiles as the Terraform module creates them, with demo ARNs. */
import { createHash } from 'node:crypto';
import { callCombinations } from '../../core/policy/call-combinations.ts';
import type { Policy } from '../../core/policy/policy.ts';

interface FabricatedProfiles {
  /** `<costCenter>/<application>/<environment>/<alias>` -> ARN. */
  readonly arns: ReadonlyMap<string, string>;
  /** ARN -> the model id that the profile copies. */
  readonly modelIds: ReadonlyMap<string, string>;
}

const arnOf = (region: string, key: string): string =>
  `arn:aws:bedrock:${region}:000000000000:application-inference-profile/${profileId(key)}`;
const ID_CHARACTERS = 12;

/**
 * One for each cost center, application, environment and model that supports it; the ARNs are
 * stable.
 */
export function createDemoProfiles(policy: Policy): FabricatedProfiles {
  const arns = new Map<string, string>();
  const modelIds = new Map<string, string>();
  for (const { costCenter, application, environment, model } of callCombinations(policy)) {
    if (!model.inferenceProfile) continue;
    const key = `${costCenter.name}/${application}/${environment}/${model.alias}`;
    const arn = arnOf(policy.region, key);
    arns.set(key, arn);
    modelIds.set(arn, model.modelId);
  }
  return { arns, modelIds };
}

/** Twelve lowercase letters and digits, as in Bedrock's ids. */
const profileId = (key: string): string =>
  BigInt(`0x${createHash('sha256').update(key).digest('hex')}`)
    .toString(36)
    .slice(-ID_CHARACTERS);
