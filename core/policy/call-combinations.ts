/** Every combination of cost center, application, environment and model that can call. */
import type { CostCenter, Model, Policy } from './policy.ts';

interface CallCombination {
  readonly costCenter: CostCenter;
  readonly application: string;
  readonly environment: string;
  readonly model: Model;
}

export const callCombinations = (policy: Policy): readonly CallCombination[] =>
  [...policy.costCenters.values()].flatMap((costCenter) => {
    const models = costCenter.models.flatMap((alias) => policy.models.get(alias) ?? []);
    return costCenter.applications.flatMap((application) =>
      (policy.applications.get(application)?.environments ?? []).flatMap((environment) =>
        models.map((model) => ({ costCenter, application, environment, model })),
      ),
    );
  });
