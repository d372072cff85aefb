/** Who pays, for which application and environment, and which model is meant. */

import type { Caller } from '../../caller.ts';
import type { InputProblem } from '../../input-problem.ts';
import type { CostCenter, Model, Policy } from '../../policy/policy.ts';
import type { ProblemCode } from '../../problem-codes.ts';
import { formatChoices, quoted } from '../../safe-text.ts';
import { unknownValueMessage } from '../../schema-errors.ts';
import type { InvokeRequest } from '../request/request.schema.ts';
import { boundCostCenters, hasCallerBindings } from './caller-cost-centers.ts';

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
      /** What could be found all the same, for the metrics. */
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

/** @param caller absent: nobody's identity is known, and tags are taken on trust. */
export function resolveContext(
  policy: Policy,
  { model: modelName, tags }: Pick<InvokeRequest, 'model' | 'tags'>,
  caller: Caller | undefined,
): ContextResult {
  const problems: CodedProblem[] = [];
  const found = findCostCenter(policy, modelName, tags.costCenter, caller);
  if ('code' in found) problems.push(found);
  const costCenter = 'code' in found ? undefined : found;
  const model = findModel(policy, modelName, costCenter);
  if ('code' in model) problems.push(model);
  else if (costCenter && !costCenter.models.includes(model.alias)) {
    problems.push(modelNotAllowed(modelName, costCenter));
  }
  const application = policy.applications.get(tags.applicationId);
  if (costCenter && !(application && costCenter.applications.includes(application.name))) {
    problems.push(applicationNotAllowed(tags.applicationId, costCenter));
  } else if (costCenter && caller && !mayCallFor(costCenter, tags.applicationId)) {
    problems.push(applicationForbidden(tags.applicationId, costCenter));
  }
  // The first environment an application lists is what a request without one gets, so leaving
  // the tag out never leads around a ceiling of that environment.
  const environment = tags.environment ?? application?.environments[0];
  if (application && environment && !application.environments.includes(environment)) {
    problems.push(unknownEnvironment(environment, application.environments));
  }
  const [first, ...others] = problems;
  if (first || !costCenter || 'code' in model || !application || !environment) {
    const reported = first ?? unknownApplication(tags.applicationId);
    const known = {
      costCenter: costCenter?.name,
      model: 'code' in model ? undefined : model,
      application: application?.name,
      environment: application?.environments.find((known) => known === environment),
    };
    // To a stranger nothing of the policy is told.
    const stranger = reported.code === 'forbidden_cost_center';
    return { outcome: 'not_valid', problems: [reported, ...(stranger ? [] : others)], known };
  }
  return {
    outcome: 'valid',
    context: { costCenter, model, application: application.name, environment },
  };
}

function findCostCenter(
  policy: Policy,
  modelName: string,
  tagged: string | undefined,
  caller: Caller | undefined,
): CostCenter | CodedProblem {
  const asModel = policy.costCenters.get(modelName)?.name;
  if (asModel !== undefined && tagged !== undefined && asModel !== tagged) {
    return {
      code: 'cost_center_mismatch',
      path: COST_CENTER,
      message: `is ${quoted(tagged)}, but the model names the cost center ${quoted(asModel)}`,
    };
  }
  const named = tagged ?? asModel;
  if (caller && hasCallerBindings(policy)) return boundCostCenter(policy, caller, named);
  const name = named ?? policy.defaultCostCenter;
  if (name === undefined) {
    const known = formatChoices([...policy.costCenters.keys()]);
    return { code: 'invalid_request', path: COST_CENTER, message: `is required: write ${known}` };
  }
  const costCenter = policy.costCenters.get(name);
  if (costCenter) return costCenter;
  return {
    code: 'unknown_cost_center',
    path: COST_CENTER,
    message: unknownValueMessage('cost center', name, [...policy.costCenters.keys()]),
  };
}

function boundCostCenter(
  policy: Policy,
  caller: Caller,
  named: string | undefined,
): CostCenter | CodedProblem {
  const bound = boundCostCenters(policy, caller);
  const [only, another] = bound;
  const wanted = named ?? (another ? policy.defaultCostCenter : only?.name);
  if (wanted === undefined && another) {
    const own = formatChoices(bound.map(({ name }) => name));
    return { code: 'invalid_request', path: COST_CENTER, message: `is required: write ${own}` };
  }
  const costCenter = bound.find(({ name }) => name === wanted);
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
  name: string,
  costCenter: CostCenter | undefined,
): Model | CodedProblem {
  const alias = policy.costCenters.get(name)?.model ?? name;
  const model = policy.models.get(alias);
  if (model) return model;
  const withId = [...policy.models.values()].filter(({ modelId }) => modelId === name);
  const byId = withId.find((each) => costCenter?.models.includes(each.alias)) ?? withId[0];
  if (byId) return byId;
  const known = costCenter?.models ?? [...policy.models.keys()];
  return { code: 'unknown_model', path: MODEL, message: unknownValueMessage('model', name, known) };
}

const mayCallFor = ({ callers }: CostCenter, application: string): boolean =>
  callers?.applications?.includes(application) ?? true;

const modelNotAllowed = (model: string, { name, models }: CostCenter): CodedProblem => ({
  code: 'model_not_allowed',
  path: MODEL,
  message: `the cost center ${name} may not use ${quoted(model)}: write ${formatChoices(models)}`,
});

const applicationNotAllowed = (given: string, center: CostCenter): CodedProblem => ({
  code: 'application_not_allowed',
  path: '$.tags.applicationId',
  message:
    `the cost center ${center.name} does not pay for ${quoted(given)}: ` +
    `write ${formatChoices(center.applications)}`,
});

const applicationForbidden = (given: string, { name }: CostCenter): CodedProblem => ({
  code: 'application_not_allowed',
  path: '$.tags.applicationId',
  message: `the callers of the cost center ${name} may not call for ${quoted(given)}`,
});

const unknownApplication = (given: string): CodedProblem => ({
  code: 'application_not_allowed',
  path: '$.tags.applicationId',
  message: `the application ${quoted(given)} is not known`,
});

const unknownEnvironment = (given: string, known: readonly string[]): CodedProblem => ({
  code: 'unknown_environment',
  path: '$.tags.environment',
  message: unknownValueMessage('environment', given, known),
});
