/** Limits: their names, their amounts, and the checks that need more than their own form. */

import { joinPath } from '../input-path.ts';
import type { InputProblem } from '../input-problem.ts';
import { formatChoices, quoted } from '../safe-text.ts';
import { unknownValueMessage } from '../schema-errors.ts';
import {
  asList,
  numberField,
  stringField,
  toUnvalidated,
  typedEntries,
  type UnvalidatedObject,
} from '../unvalidated.ts';
import { perProblems } from './holder-limit-checks.ts';
import { limitAmount } from './limit-amount.ts';
import type { OwnerKind } from './policy.ts';

/** Names that a limit's scope and fallbacks can use, depending on its owner. */
export interface LimitContext {
  readonly owner: OwnerKind;
  readonly ownerName: string;
  readonly isStored: boolean;
  /** Application -> its environments. */
  readonly applications: ReadonlyMap<string, readonly string[]>;
  /** Aliases a scope or a fallback may name. */
  readonly models: ReadonlySet<string>;
  /** Whether an alias exists at all, so that "not allowed here" differs from "unknown". */
  readonly allModels: ReadonlySet<string>;
  readonly allApplications: ReadonlySet<string>;
}

interface Named {
  readonly name?: string | undefined;
  readonly window: string;
  readonly unit: string;
  readonly application?: string | undefined;
  readonly environment?: string | undefined;
  readonly model?: string | undefined;
}

/** The given name, or `<window>-<unit>` and then every part of the scope that is set. */
export function limitName(limit: Named): string {
  if (limit.name !== undefined) return limit.name;
  const { window, unit, application, environment, model } = limit;
  return [window, unit, application, environment, model]
    .filter((part) => part !== undefined)
    .join('-');
}

/** A name that exists, but not in this cost center. */
export const notOneOf = (
  given: string,
  list: 'models' | 'applications',
  own: readonly string[],
): string =>
  `${quoted(given)} is not one of this cost center's ${list}: use one of ${formatChoices(own)}, or add it to \`${list}\``;

/** Everything wrong with an owner's limits beyond their form. */
export function limitProblems(
  path: string,
  limits: unknown,
  context: LimitContext,
): InputProblem[] {
  const problems: InputProblem[] = [];
  const firstByName = new Map<string, number>();
  for (const [index, value] of asList(limits).entries()) {
    const limit = toUnvalidated(value);
    const at = joinPath(path, index);
    problems.push(
      ...amountProblems(at, limit),
      ...scopeProblems(at, limit, context),
      ...ceilingProblems(at, limit, context),
      ...perProblems(at, limit, context),
    );
    const window = stringField(limit, 'window');
    const unit = stringField(limit, 'unit');
    if (window === undefined || unit === undefined) continue;
    const name = limitName({ ...scopeOf(limit), name: stringField(limit, 'name'), window, unit });
    const first = firstByName.get(name);
    if (first === undefined) firstByName.set(name, index);
    else {
      const where = joinPath(path, first);
      const message = `duplicate limit name ${quoted(name)}, also the name of ${where}: give each limit its own \`name\``;
      problems.push({ path: joinPath(at, 'name'), message });
    }
  }
  return problems;
}

const scopeOf = (limit: UnvalidatedObject) => ({
  application: stringField(limit, 'application'),
  environment: stringField(limit, 'environment'),
  model: stringField(limit, 'model'),
});

function amountProblems(path: string, limit: UnvalidatedObject): InputProblem[] {
  const amount = numberField(limit, 'amount');
  const unit = stringField(limit, 'unit');
  if (amount === undefined || unit === undefined) return [];
  const result = limitAmount(unit, amount);
  return typeof result === 'string' ? [{ path: joinPath(path, 'amount'), message: result }] : [];
}

function scopeProblems(
  path: string,
  limit: UnvalidatedObject,
  context: LimitContext,
): InputProblem[] {
  const { application, environment, model } = scopeOf(limit);
  const problems: InputProblem[] = [];
  const report = (part: string, message: string) => {
    problems.push({ path: joinPath(path, part), message });
  };
  if (application !== undefined && !context.applications.has(application)) {
    report('application', notAmong('application', application, context));
  }
  const environments = environmentsOf(application, context);
  if (environment !== undefined && environments && !environments.has(environment)) {
    const where = application === undefined ? '' : ` of application ${quoted(application)}`;
    report(
      'environment',
      unknownValueMessage(`environment${where}`, environment, [...environments]),
    );
  }
  if (model !== undefined && context.owner === 'model') {
    report('model', 'a limit of a model is about that model only: leave `model` out');
  } else if (model !== undefined && !context.models.has(model)) {
    report('model', notAmong('model', model, context));
  }
  return problems;
}

/** Environments a scope may name; undefined when its application is unknown (reported already). */
function environmentsOf(
  application: string | undefined,
  { applications }: LimitContext,
): ReadonlySet<string> | undefined {
  if (application === undefined) return new Set([...applications.values()].flat());
  const environments = applications.get(application);
  return environments && new Set(environments);
}

function notAmong(kind: 'application' | 'model', given: string, context: LimitContext): string {
  const here = kind === 'model' ? context.models : context.applications;
  const everywhere = kind === 'model' ? context.allModels : context.allApplications;
  if (context.owner !== 'costCenter' || !everywhere.has(given)) {
    return unknownValueMessage(kind, given, [...here.keys()]);
  }
  const list = kind === 'model' ? 'models' : 'applications';
  return notOneOf(given, list, [...here.keys()]);
}

function ceilingProblems(
  path: string,
  limit: UnvalidatedObject,
  context: LimitContext,
): InputProblem[] {
  return asList(limit.get('ceilings')).flatMap((value, index) => {
    const ceiling = toUnvalidated(value);
    const at = joinPath(path, 'ceilings', index);
    return [
      ...scopeProblems(at, ceiling, context),
      ...outsideLimit(at, ceiling, limit),
      ...fallbackProblems(at, ceiling, limit, context),
    ];
  });
}

/** A ceiling for requests its limit never counts would silently do nothing. */
function outsideLimit(
  path: string,
  ceiling: UnvalidatedObject,
  limit: UnvalidatedObject,
): InputProblem[] {
  const outer = scopeOf(limit);
  return typedEntries(scopeOf(ceiling)).flatMap(([part, given]) => {
    const wanted = outer[part];
    if (given === undefined || wanted === undefined || given === wanted) return [];
    const message = `${part} ${quoted(given)} never matches, as the limit is for ${part} ${quoted(wanted)} only: leave it out`;
    return [{ path: joinPath(path, part), message }];
  });
}

function fallbackProblems(
  path: string,
  ceiling: UnvalidatedObject,
  limit: UnvalidatedObject,
  context: LimitContext,
): InputProblem[] {
  const fallback = stringField(ceiling, 'fallback');
  if (fallback === undefined) return [];
  const at = joinPath(path, 'fallback');
  const ownModel = context.owner === 'model' ? context.ownerName : undefined;
  const from = stringField(ceiling, 'model') ?? stringField(limit, 'model') ?? ownModel;
  if (from === fallback) {
    return [{ path: at, message: `${quoted(fallback)} falls back to itself: name another model` }];
  }
  const known = context.owner === 'costCenter' ? context.models : context.allModels;
  if (known.has(fallback)) return [];
  if (!context.allModels.has(fallback)) {
    return [{ path: at, message: unknownValueMessage('model', fallback, [...known]) }];
  }
  return [{ path: at, message: notOneOf(fallback, 'models', [...known]) }];
}
