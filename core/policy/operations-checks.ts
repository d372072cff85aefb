/** Checks the variables about operation, which Terraform alone reads otherwise. */
import { joinPath } from '../input-path.ts';
import type { InputProblem } from '../input-problem.ts';
import { formatChoices, quoted } from '../safe-text.ts';
import { schemaErrorProblems } from '../schema-errors.ts';
import type { UnvalidatedObject } from '../unvalidated.ts';
import { asList, asStrings, numberField, stringField, toUnvalidated } from '../unvalidated.ts';
import { validate } from './operations.validator.ts';
import { OPERATIONS_VARIABLES } from './operations-variables.ts';
import { withoutNulls } from './schema-check.ts';

/** Everything wrong with the variables about operation of a whole configuration. */
export function operationsProblems(config: unknown): InputProblem[] {
  const document = withoutNulls(config);
  const all = toUnvalidated(document);
  const own = Object.fromEntries([...all].filter(([name]) => OPERATIONS_VARIABLES.includes(name)));
  const problems = validate(own) ? [] : schemaErrorProblems(validate.errors ?? [], own);
  return [...problems, ...crossProblems(all)];
}

const crossProblems = (config: UnvalidatedObject): InputProblem[] => [
  ...accessProblems(config),
  ...proxyProblems(config),
  ...promptProblems(config),
  ...budgetProblems(config),
  ...anomalyProblems(config),
  ...reconciliationProblems(config),
  ...exceptionProblems(config),
  ...operatorProblems(config),
  ...operatorRouteProblems(config),
];

const section = (config: UnvalidatedObject, name: string): UnvalidatedObject =>
  toUnvalidated(config.get(name));

/** Checks the authorization and identity of callers. */
function accessProblems(config: UnvalidatedObject): InputProblem[] {
  const api = section(config, 'api');
  const authorization = stringField(api, 'authorization') ?? 'iam';
  const identity = stringField(config, 'identity') ?? 'off';
  const problems: InputProblem[] = [];
  if ((authorization === 'jwt') !== api.has('jwt')) {
    const message = `is required with authorization = "jwt", and only allowed then, got authorization = ${quoted(authorization)}`;
    problems.push({ path: 'api.jwt', message });
  }
  if (['iam', 'jwt'].includes(identity) && identity !== authorization) {
    const choices = authorization === 'none' ? ['off'] : ['off', authorization];
    const message = `${quoted(identity)} conflicts with api.authorization = ${quoted(authorization)}: use one of ${formatChoices(choices)}`;
    problems.push({ path: 'identity', message });
  }
  return problems;
}

function proxyProblems(config: UnvalidatedObject): InputProblem[] {
  const proxy = section(config, 'proxy');
  const isAccepted = asStrings(proxy.get('authentication')).includes('jwt');
  if (isAccepted === proxy.has('jwt')) return [];
  const message = 'is required with "jwt" in proxy.authentication, and only allowed then';
  return [{ path: 'proxy.jwt', message }];
}

function promptProblems(config: UnvalidatedObject): InputProblem[] {
  const isIncluded = section(config, 'workflow').get('include_execution_data') === true;
  if (!isIncluded || config.get('log_prompts') === true) return [];
  const message =
    'would write prompts to the log: set log_prompts = true as well, or leave it false';
  return [{ path: 'workflow.include_execution_data', message }];
}

function budgetProblems(config: UnvalidatedObject): InputProblem[] {
  const budgets = section(config, 'budgets');
  const costCenters = section(config, 'cost_centers');
  const known = [...costCenters.keys()];
  const amounts = section(budgets, 'amounts');
  const roles = section(section(budgets, 'action'), 'roles');
  const unknown = [
    ...[...amounts.keys()].map((name) => ({ at: 'budgets.amounts', name })),
    ...[...roles.keys()].map((name) => ({ at: 'budgets.action.roles', name })),
  ].filter(({ name }) => !costCenters.has(name));
  const fine = [...amounts.keys()].filter((name) => {
    const amount = numberField(amounts, name);
    return amount !== undefined && amount > 0 && !hasDecimals(amount, 2);
  });
  return [
    ...unknown.map(({ at, name }) => ({
      path: joinPath(at, name),
      message: `unknown cost center ${quoted(name)}: use one of ${formatChoices(known)}`,
    })),
    ...fine.map((name) => ({
      path: joinPath('budgets.amounts', name),
      message: `must be USD with at most 2 decimals, got ${numberField(amounts, name)}`,
    })),
  ];
}

function anomalyProblems(config: UnvalidatedObject): InputProblem[] {
  const anomalies = section(config, 'anomaly_detection');
  const frequency = stringField(anomalies, 'frequency') ?? 'immediate';
  const emails = asList(section(config, 'alerts').get('emails'));
  if (anomalies.get('enabled') !== true || frequency === 'immediate' || emails.length > 0) {
    return [];
  }
  const message = `${quoted(frequency)} is sent by email, and alerts.emails is empty: add an address, or use "immediate"`;
  return [{ path: 'anomaly_detection.frequency', message }];
}

function reconciliationProblems(config: UnvalidatedObject): InputProblem[] {
  const reconciliation = section(config, 'reconciliation');
  const problems: InputProblem[] = [];
  const metrics = stringField(section(config, 'observability'), 'metrics');
  if (reconciliation.get('enabled') === true && metrics !== 'full') {
    const message =
      'compares the metrics of each inference profile: set observability.metrics = "full", or leave reconciliation out';
    problems.push({ path: 'reconciliation.enabled', message });
  }
  const tolerance = numberField(reconciliation, 'tolerance_percent');
  if (tolerance !== undefined && !hasDecimals(tolerance, 1)) {
    const message = `must have at most one decimal, got ${tolerance}`;
    problems.push({ path: 'reconciliation.tolerance_percent', message });
  }
  return problems;
}

/** An exception for every role or user would leave nothing to deny. */
function exceptionProblems(config: UnvalidatedObject): InputProblem[] {
  const exceptions = asStrings(section(config, 'access_policies').get('exceptions'));
  return exceptions.flatMap((arn, index) => {
    const name = arn.split('/')[1];
    if (name === undefined || /[A-Za-z0-9]/.test(name)) return [];
    const message = `${quoted(arn)} would except every role or user: write the beginning of the name or path before the wildcard`;
    return [{ path: joinPath('access_policies.exceptions', index), message }];
  });
}

const hasDecimals = (value: number, decimals: number): boolean =>
  Number(value.toFixed(decimals)) === value;

/** Protected without operators, no one could change the sentry any more. */
function operatorProblems(config: UnvalidatedObject): InputProblem[] {
  const policies = section(config, 'access_policies');
  if (policies.get('protect_sentry') !== true) return [];
  if (asList(policies.get('operators')).length > 0) return [];
  const message =
    'must name at least one role with protect_sentry = true, or no one could change the sentry any more';
  return [{ path: 'access_policies.operators', message }];
}

/** The API serves operators; claims are those of tokens that it or else the proxy accepts. */
function operatorRouteProblems(config: UnvalidatedObject): InputProblem[] {
  const operators = section(config, 'operators');
  const claims = toUnvalidated(operators.get('jwt'));
  const api = section(config, 'api');
  const problems: InputProblem[] = [];
  if (claims.size > 0 && !api.has('jwt') && !section(config, 'proxy').has('jwt')) {
    const message =
      'needs an identity provider: set api.authorization = "jwt" with api.jwt, or proxy.authentication with "jwt" and proxy.jwt';
    problems.push({ path: 'operators.jwt', message });
  }
  const hasAny = asList(operators.get('iam_role_arns')).length + claims.size > 0;
  if (hasAny && api.get('enabled') === false) {
    const message =
      'are served by the API: set api.enabled = true, or leave operators out and use the command line with --table';
    problems.push({ path: 'operators', message });
  }
  return problems;
}
