/** Limits: their names, their amounts, and the checks that need more than their own form. */
import { oneOf, quoted } from '../describe.ts';
import { formatUsd, parseUsd } from '../money.ts';
import { unknownValue } from '../schema-words.ts';
import { entriesOf, type Loose, listOf, looseOf, numberOf, stringOf } from './loose.ts';
import { join } from './path.ts';
import type { Owner, OwnerKind, Problem, Unit } from './policy.ts';

/** What a limit's scope and fallbacks may name, given who the limit belongs to. */
export interface LimitContext {
  readonly owner: OwnerKind;
  readonly ownerName: string;
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

const MAX_SAFE_NANO_USD = BigInt(Number.MAX_SAFE_INTEGER);
/** Coarse bound that keeps huge numbers from being read as decimals; the exact one follows. */
const USD_MAX = 9_007_200;

/**
 * The amount as a safe integer in the limit's unit: nano-USD for usd.
 * @returns what is wrong with it, as a string, when it is none.
 */
export function limitAmount(unit: string, amount: number): number | string {
  const got = `got ${quoted(amount)}`;
  if (!(amount > 0)) return `must be greater than 0, ${got}`;
  if (unit !== 'usd') {
    if (amount > Number.MAX_SAFE_INTEGER)
      return `must be at most ${Number.MAX_SAFE_INTEGER}, ${got}`;
    return Number.isInteger(amount) ? amount : `must be a whole number of ${unit}, ${got}`;
  }
  if (amount > USD_MAX) return `must be at most 9007199.254740991, ${got}`;
  const nanoUsd = parseUsd(amount);
  if (nanoUsd === undefined) return `must be USD with at most 9 decimals, ${got}`;
  return nanoUsd > MAX_SAFE_NANO_USD
    ? `must be at most 9007199.254740991, ${got}`
    : Number(nanoUsd);
}

/** `USD 5.00`, `1 request`, `20 input tokens`, from an amount in the limit's unit. */
export function amountInWords(unit: Unit, amount: number): string {
  if (unit === 'usd') return `USD ${formatUsd(amount)}`;
  const units = unit.replace('_', ' ');
  return `${amount} ${amount === 1 ? units.slice(0, -1) : units}`;
}

/** `cost center sales`, `model nova-lite`, `the organization`. */
export const ownerInWords = ({ kind, name }: Owner): string =>
  kind === 'organization'
    ? 'the organization'
    : `${kind === 'model' ? 'model' : 'cost center'} ${name}`;

/** A name that exists, but not in this cost center. */
export const notOneOf = (
  given: string,
  list: 'models' | 'applications',
  own: readonly string[],
): string =>
  `${quoted(given)} is not one of this cost center's ${list}: write one of ${oneOf(own)}, or add it to \`${list}\``;

/** Everything wrong with an owner's limits beyond their form. */
export function limitProblems(path: string, limits: unknown, context: LimitContext): Problem[] {
  const problems: Problem[] = [];
  const firstByName = new Map<string, number>();
  for (const [index, value] of listOf(limits).entries()) {
    const limit = looseOf(value);
    const at = join(path, index);
    problems.push(
      ...amountProblems(at, limit),
      ...scopeProblems(at, limit, context),
      ...ceilingProblems(at, limit, context),
    );
    const window = stringOf(limit, 'window');
    const unit = stringOf(limit, 'unit');
    if (window === undefined || unit === undefined) continue;
    const name = limitName({ ...scopeOf(limit), name: stringOf(limit, 'name'), window, unit });
    const first = firstByName.get(name);
    if (first === undefined) firstByName.set(name, index);
    else {
      const where = join(path, first);
      const message = `duplicate limit name ${quoted(name)}, also the name of ${where}: give each limit a \`name\` of its own`;
      problems.push({ path: join(at, 'name'), message });
    }
  }
  return problems;
}

const scopeOf = (loose: Loose) => ({
  application: stringOf(loose, 'application'),
  environment: stringOf(loose, 'environment'),
  model: stringOf(loose, 'model'),
});

function amountProblems(path: string, limit: Loose): Problem[] {
  const amount = numberOf(limit, 'amount');
  const unit = stringOf(limit, 'unit');
  if (amount === undefined || unit === undefined) return [];
  const result = limitAmount(unit, amount);
  return typeof result === 'string' ? [{ path: join(path, 'amount'), message: result }] : [];
}

function scopeProblems(path: string, loose: Loose, context: LimitContext): Problem[] {
  const { application, environment, model } = scopeOf(loose);
  const problems: Problem[] = [];
  const report = (part: string, message: string) => {
    problems.push({ path: join(path, part), message });
  };
  if (application !== undefined && !context.applications.has(application)) {
    report('application', notAmong('application', application, context));
  }
  const environments = environmentsOf(application, context);
  if (environment !== undefined && environments && !environments.has(environment)) {
    const where = application === undefined ? '' : ` of application ${quoted(application)}`;
    report('environment', unknownValue(`environment${where}`, environment, [...environments]));
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
    return unknownValue(kind, given, [...here.keys()]);
  }
  const list = kind === 'model' ? 'models' : 'applications';
  return notOneOf(given, list, [...here.keys()]);
}

function ceilingProblems(path: string, limit: Loose, context: LimitContext): Problem[] {
  return listOf(limit.get('ceilings')).flatMap((value, index) => {
    const ceiling = looseOf(value);
    const at = join(path, 'ceilings', index);
    return [
      ...scopeProblems(at, ceiling, context),
      ...outsideLimit(at, ceiling, limit),
      ...fallbackProblems(at, ceiling, limit, context),
    ];
  });
}

/** A ceiling for requests its limit never counts would silently do nothing. */
function outsideLimit(path: string, ceiling: Loose, limit: Loose): Problem[] {
  const outer = scopeOf(limit);
  return entriesOf(scopeOf(ceiling)).flatMap(([part, given]) => {
    const wanted = outer[part];
    if (given === undefined || wanted === undefined || given === wanted) return [];
    const message = `${part} ${quoted(given)} never matches, as the limit is for ${part} ${quoted(wanted)} only`;
    return [{ path: join(path, part), message }];
  });
}

function fallbackProblems(
  path: string,
  ceiling: Loose,
  limit: Loose,
  context: LimitContext,
): Problem[] {
  const fallback = stringOf(ceiling, 'fallback');
  if (fallback === undefined) return [];
  const at = join(path, 'fallback');
  const ownModel = context.owner === 'model' ? context.ownerName : undefined;
  const from = stringOf(ceiling, 'model') ?? stringOf(limit, 'model') ?? ownModel;
  if (from === fallback) {
    return [{ path: at, message: `${quoted(fallback)} falls back to itself: name another model` }];
  }
  const known = context.owner === 'costCenter' ? context.models : context.allModels;
  if (known.has(fallback)) return [];
  if (!context.allModels.has(fallback)) {
    return [{ path: at, message: unknownValue('model', fallback, [...known]) }];
  }
  return [{ path: at, message: notOneOf(fallback, 'models', [...known]) }];
}
