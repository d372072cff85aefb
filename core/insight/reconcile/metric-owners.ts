/**
 * Finds the owner of a `ModelId` in CloudWatch: the unique id of an inference profile, or a model
 * id.
 */
import { calledAs } from '../../call/candidate/priced-bound.ts';
import { callCombinations } from '../../policy/call-combinations.ts';
import type { Policy } from '../../policy/policy.ts';

/** A cost center and a model; several cost centers can share a model id that has no profile. */
export interface MetricOwner {
  /** `SHARED` if several cost centers use the id, so that usage cannot be attributed. */
  readonly costCenter: string;
  /** Alias. */
  readonly model: string;
}

export const SHARED_OWNER = '(shared)';
/** Of ids that no cost center uses. */
export const NO_OWNER = '(none)';

/** Combinations of the policy that can call, and the id that counts their calls. */
interface Combination extends MetricOwner {
  readonly modelMetric: string;
  readonly application: string;
  readonly environment: string;
  /** Whether the id is an inference profile's, which is not shared. */
  readonly isProfile: boolean;
}

interface Owners {
  readonly byId: ReadonlyMap<string, MetricOwner>;
  /** Every combination that can call. */
  readonly combinations: readonly Combination[];
}

export function metricOwners(policy: Policy): Owners {
  const combinations = callCombinations(policy).map(
    ({ costCenter, application, environment, model }) => {
      const arn = costCenter.inferenceProfiles.get(`${application}/${environment}/${model.alias}`);
      const { modelMetric } = calledAs(model, arn);
      const isProfile = arn !== undefined;
      const scope = { application, environment, modelMetric, isProfile };
      return { costCenter: costCenter.name, model: model.alias, ...scope };
    },
  );
  const byId = new Map<string, MetricOwner>();
  for (const { modelMetric, costCenter, model } of combinations) {
    const known = byId.get(modelMetric);
    const isShared = known !== undefined && known.costCenter !== costCenter;
    byId.set(modelMetric, { costCenter: isShared ? SHARED_OWNER : costCenter, model });
  }
  return { byId, combinations };
}
