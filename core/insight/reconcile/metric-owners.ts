/**
 * Finds the owner of a `ModelId` in CloudWatch: the unique id of an inference profile, or a model
 * id.
 */
import type { Model, Policy } from '../../policy/policy.ts';

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
interface Way extends MetricOwner {
  readonly modelMetric: string;
  readonly application: string;
  readonly environment: string;
  /** Whether the id is an inference profile's, which is not shared. */
  readonly isProfile: boolean;
}

interface Owners {
  readonly byId: ReadonlyMap<string, MetricOwner>;
  /** Every combination that can call. */
  readonly ways: readonly Way[];
}

export function metricOwners(policy: Policy): Owners {
  const ways = [...policy.costCenters.values()].flatMap((center) =>
    center.applications.flatMap((application) =>
      (policy.applications.get(application)?.environments ?? []).flatMap((environment) =>
        center.models.flatMap((alias) => {
          const model = policy.models.get(alias);
          if (!model) return [];
          const arn = center.inferenceProfiles.get(`${application}/${environment}/${alias}`);
          const modelMetric = metricOf(model, arn);
          const isProfile = arn !== undefined;
          const scope = { application, environment, modelMetric, isProfile };
          return [{ costCenter: center.name, model: alias, ...scope }];
        }),
      ),
    ),
  );
  const byId = new Map<string, MetricOwner>();
  for (const { modelMetric, costCenter, model } of ways) {
    const known = byId.get(modelMetric);
    const isShared = known !== undefined && known.costCenter !== costCenter;
    byId.set(modelMetric, { costCenter: isShared ? SHARED_OWNER : costCenter, model });
  }
  return { byId, ways };
}

/** As `bedrock/candidate.ts` names what is called. */
const metricOf = ({ modelId }: Model, arn: string | undefined): string =>
  arn === undefined ? modelId : arn.slice(arn.lastIndexOf('/') + 1);
