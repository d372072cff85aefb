/** Who pays, for which application and environment, and which model is meant. */

import type { Caller } from '../../caller.ts';
import type { InputProblem } from '../../input-problem.ts';
import { modelsByPattern } from '../../policy/models-by-pattern.ts';
import type { Application, CallerBinding, CostCenter, Model, Policy } from '../../policy/policy.ts';
import type { ProblemCode } from '../../problem-http-status.ts';
import { formatChoices, quoted } from '../../safe-text.ts';
import { unknownValueMessage } from '../../schema-errors.ts';
import type { InvokeRequest } from '../request/request.schema.ts';
import {
  bindingsFor,
  boundCostCenters,
  boundEnvironments,
  isBindingChecked,
} from './caller-cost-centers.ts';

/** A request's names, found in the policy. */
export interface CallContext {
  readonly costCenter: CostCenter;
  readonly model: Model;
  readonly application: string;
  readonly environment: string;
}

interface CodedProblem extends InputProblem {
  readonly code: ProblemCode;
}

type ContextResult =
  | { readonly outcome: 'valid'; readonly context: CallContext }
  | {
      readonly outcome: 'not_valid';
      readonly problems: readonly [CodedProblem, ...CodedProblem[]];
      /** The parts that could be resolved, for metrics. */
      readonly known: KnownContext;
    };

export interface KnownContext {
  readonly costCenter?: string | undefined;
  readonly model?: Model | undefined;
  readonly application?: string | undefined;
  readonly environment?: string | undefined;
}

const COST_CENTER = '$.tags.costCenter';
const MODEL = '$.model';
const APPLICATION = '$.tags.applicationId';
const ENVIRONMENT = '$.tags.environment';

/** The cost centers a request may name, each with the bindings that let its caller in. */
interface Reach {
  readonly centers: ReadonlyMap<string, CostCenter>;
  /** By cost center; absent where tags are taken on trust. */
  readonly bindings?: ReadonlyMap<string, readonly CallerBinding[]>;
}

/** @param caller absent: no identity is checked, and tags are taken on trust. */
export function resolveContext(
  policy: Policy,
  { model: modelName, tags }: Pick<InvokeRequest, 'model' | 'tags'>,
  caller: Caller | undefined,
): ContextResult {
  const reach = reachOf(policy, caller);
  const problems: CodedProblem[] = [];
  const found = findCostCenter(policy, reach, modelName, tags.costCenter);
  if ('code' in found) problems.push(found);
  // To a caller that is not bound nothing of the policy is disclosed.
  if ('code' in found && found.code === 'forbidden_cost_center') {
    return { outcome: 'not_valid', problems: [found], known: {} };
  }
  const costCenter = 'code' in found ? undefined : found;
  const model = findModel(policy, reach, modelName, costCenter);
  if ('code' in model) problems.push(model);
  else if (costCenter && !costCenter.models.includes(model.alias)) {
    problems.push(modelNotAllowed(modelName, costCenter));
  }
  const bindings = costCenter && reach.bindings?.get(costCenter.name);
  const application = policy.applications.get(tags.applicationId);
  const scoped = bindings && bindingsFor(bindings, tags.applicationId);
  if (costCenter && !(application && costCenter.applications.includes(application.name))) {
    problems.push(applicationNotAllowed(tags.applicationId, costCenter, bindings));
  } else if (costCenter && scoped?.length === 0) {
    problems.push(applicationForbidden(tags.applicationId, costCenter));
  }
  const environment = application && findEnvironment(application, tags.environment, scoped);
  if (environment && typeof environment !== 'string') problems.push(environment);
  const [first, ...others] = problems;
  if (first || !costCenter || 'code' in model || !application || typeof environment !== 'string') {
    const reported = first ?? unknownApplication(tags.applicationId);
    const known = {
      costCenter: costCenter?.name,
      model: 'code' in model ? undefined : model,
      application: application?.name,
      environment: typeof environment === 'string' ? environment : undefined,
    };
    return { outcome: 'not_valid', problems: [reported, ...others], known };
  }
  return {
    outcome: 'valid',
    context: { costCenter, model, application: application.name, environment },
  };
}

function reachOf(policy: Policy, caller: Caller | undefined): Reach {
  if (!caller || !isBindingChecked(policy, caller)) return { centers: policy.costCenters };
  const bound = boundCostCenters(policy, caller);
  return {
    centers: new Map(bound.map(({ costCenter }) => [costCenter.name, costCenter])),
    bindings: new Map(bound.map(({ costCenter, bindings }) => [costCenter.name, bindings])),
  };
}

function findCostCenter(
  policy: Policy,
  reach: Reach,
  modelName: string,
  tagged: string | undefined,
): CostCenter | CodedProblem {
  const asModel = reach.centers.get(modelName)?.name;
  if (asModel !== undefined && tagged !== undefined && asModel !== tagged) {
    return {
      code: 'cost_center_mismatch',
      path: COST_CENTER,
      message: `is ${quoted(tagged)}, but the model names the cost center ${quoted(asModel)}`,
    };
  }
  const named = tagged ?? asModel;
  if (reach.bindings) return boundCostCenter(policy, reach, named);
  const name = named ?? policy.defaultCostCenter;
  if (name === undefined) return missing(COST_CENTER, [...reach.centers.keys()]);
  const costCenter = reach.centers.get(name);
  if (costCenter) return costCenter;
  return {
    code: 'unknown_cost_center',
    path: COST_CENTER,
    message: unknownValueMessage('cost center', name, [...reach.centers.keys()]),
  };
}

function boundCostCenter(
  policy: Policy,
  { centers }: Reach,
  named: string | undefined,
): CostCenter | CodedProblem {
  const [only, another] = centers.keys();
  const wanted = named ?? (another === undefined ? only : policy.defaultCostCenter);
  if (wanted === undefined && another !== undefined) {
    return missing(COST_CENTER, [...centers.keys()]);
  }
  const costCenter = wanted === undefined ? undefined : centers.get(wanted);
  if (costCenter) return costCenter;
  const whose = wanted === undefined ? 'any cost center' : quoted(wanted);
  return {
    code: 'forbidden_cost_center',
    path: COST_CENTER,
    message: `this caller is not bound to ${whose}`,
  };
}

function findModel(
  policy: Policy,
  { centers }: Reach,
  name: string,
  costCenter: CostCenter | undefined,
): Model | CodedProblem {
  const alias = centers.get(name)?.model ?? name;
  const model = policy.models.get(alias);
  if (model) return model;
  const models = [...policy.models.values()];
  const withId = models.filter(({ modelId }) => modelId === name);
  // Ids that clients have built in: only where no model has exactly this one.
  const found = withId.length > 0 ? withId : modelsByPattern(models, name);
  const usable = found.find((each) => costCenter?.models.includes(each.alias)) ?? found[0];
  if (usable) return usable;
  const known = costCenter?.models ?? [...policy.models.keys()];
  return { code: 'unknown_model', path: MODEL, message: unknownValueMessage('model', name, known) };
}

/**
 * From the request, otherwise the application's default, otherwise the only one. A caller's
 * bindings come first, so leaving the tag out never leads to an environment it may not claim.
 */
function findEnvironment(
  { environments, defaultEnvironment }: Application,
  tagged: string | undefined,
  bindings: readonly CallerBinding[] | undefined,
): string | CodedProblem {
  if (tagged !== undefined && !environments.includes(tagged)) {
    return {
      code: 'unknown_environment',
      path: ENVIRONMENT,
      message: unknownValueMessage('environment', tagged, environments),
    };
  }
  // Where no binding covers the application, that is what has to be said.
  const allowed = bindings?.length ? boundEnvironments(bindings, environments) : environments;
  if (tagged !== undefined && !allowed.includes(tagged)) {
    return {
      code: 'forbidden_environment',
      path: ENVIRONMENT,
      message:
        `this caller is not bound to the environment ${quoted(tagged)}: ` +
        `use one of ${formatChoices(allowed)}`,
    };
  }
  const [only, another] = allowed;
  const standard =
    defaultEnvironment !== undefined && allowed.includes(defaultEnvironment)
      ? defaultEnvironment
      : undefined;
  const chosen = tagged ?? standard ?? (another === undefined ? only : undefined);
  return chosen ?? missing(ENVIRONMENT, allowed);
}

const missing = (path: string, choices: readonly string[]): CodedProblem => ({
  code: 'invalid_request',
  path,
  message: `is required: use one of ${formatChoices(choices)}`,
});

const modelNotAllowed = (model: string, { name, models }: CostCenter): CodedProblem => ({
  code: 'model_not_allowed',
  path: MODEL,
  message: `the cost center ${name} cannot use ${quoted(model)}: use ${formatChoices(models)}`,
});

function applicationNotAllowed(
  given: string,
  center: CostCenter,
  bindings: readonly CallerBinding[] | undefined,
): CodedProblem {
  const allowed = center.applications.filter(
    (name) => bindings === undefined || bindingsFor(bindings, name).length > 0,
  );
  return {
    code: 'application_not_allowed',
    path: APPLICATION,
    message:
      `the cost center ${center.name} does not pay for ${quoted(given)}: ` +
      `write ${formatChoices(allowed)}`,
  };
}

const applicationForbidden = (given: string, { name }: CostCenter): CodedProblem => ({
  code: 'application_not_allowed',
  path: APPLICATION,
  message: `the callers of the cost center ${name} may not call for ${quoted(given)}`,
});

const unknownApplication = (given: string): CodedProblem => ({
  code: 'application_not_allowed',
  path: APPLICATION,
  message: `unknown application ${quoted(given)}`,
});
