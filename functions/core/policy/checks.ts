/** Cross-checks: what the form of a single value can't tell. All problems are found in one pass. */
import { quoted } from '../describe.ts';
import { unknownValue } from '../schema-words.ts';
import { type LimitContext, limitProblems, notOneOf } from './limits.ts';
import { type Loose, listOf, looseOf, stringOf, stringsOf } from './loose.ts';
import { join } from './path.ts';
import type { Problem } from './policy.ts';

interface Known {
  readonly models: ReadonlySet<string>;
  /** Application -> its environments. */
  readonly applications: ReadonlyMap<string, readonly string[]>;
  readonly costCenters: ReadonlySet<string>;
}

/** Problems between the parts of a document (without nulls) whose form may also be wrong. */
export function crossProblems(document: unknown): Problem[] {
  const config = looseOf(document);
  const models = looseOf(config.get('models'));
  const costCenters = looseOf(config.get('cost_centers'));
  const known: Known = {
    models: new Set(models.keys()),
    applications: environmentsByApplication(config.get('applications')),
    costCenters: new Set(costCenters.keys()),
  };
  return [
    ...[...models].flatMap(([alias, model]) => modelProblems(alias, model, known)),
    ...[...costCenters].flatMap(([name, center]) =>
      costCenterProblems(name, looseOf(center), known),
    ),
    ...limitProblems('organization.limits', looseOf(config.get('organization')).get('limits'), {
      owner: 'organization',
      ownerName: 'organization',
      applications: known.applications,
      models: known.models,
      allModels: known.models,
      allApplications: new Set(known.applications.keys()),
    }),
    ...defaultCostCenterProblems(config, known),
    ...timeZoneProblems(config),
  ];
}

const environmentsByApplication = (value: unknown): ReadonlyMap<string, readonly string[]> =>
  new Map(
    [...looseOf(value)].map(([name, application]) => [
      name,
      stringsOf(looseOf(application).get('environments')),
    ]),
  );

function modelProblems(alias: string, model: unknown, known: Known): Problem[] {
  return limitProblems(join('models', alias, 'limits'), looseOf(model).get('limits'), {
    owner: 'model',
    ownerName: alias,
    applications: known.applications,
    models: known.models,
    allModels: known.models,
    allApplications: new Set(known.applications.keys()),
  });
}

function costCenterProblems(name: string, center: Loose, known: Known): Problem[] {
  const path = join('cost_centers', name);
  const models = stringsOf(center.get('models'));
  const applications = stringsOf(center.get('applications'));
  const context: LimitContext = {
    owner: 'costCenter',
    ownerName: name,
    models: new Set(models),
    applications: new Map(
      applications.flatMap((application) => {
        const environments = known.applications.get(application);
        return environments ? [[application, environments]] : [];
      }),
    ),
    allModels: known.models,
    allApplications: new Set(known.applications.keys()),
  };
  return [
    ...nameProblems(path, name, known),
    ...references(join(path, 'models'), 'model', center.get('models'), known.models),
    ...references(
      join(path, 'applications'),
      'application',
      center.get('applications'),
      known.applications,
    ),
    ...ownModelProblems(path, center, models, known),
    ...limitProblems(join(path, 'limits'), center.get('limits'), context),
    ...callersProblems(join(path, 'callers'), center.get('callers'), applications),
  ];
}

/** A request may name a cost center where it names a model, so the two must not be confused. */
function nameProblems(path: string, name: string, known: Known): Problem[] {
  if (!known.models.has(name)) return [];
  const message = `${quoted(name)} is also a model alias: rename one of the two`;
  return [{ path, message }];
}

/** Entries of a list that name nothing; the index is that of the list as written. */
function references(
  path: string,
  what: string,
  value: unknown,
  known: ReadonlySet<string> | ReadonlyMap<string, unknown>,
): Problem[] {
  return listOf(value).flatMap((given, index) =>
    typeof given !== 'string' || known.has(given)
      ? []
      : [{ path: join(path, index), message: unknownValue(what, given, [...known.keys()]) }],
  );
}

function ownModelProblems(
  path: string,
  center: Loose,
  models: readonly string[],
  known: Known,
): Problem[] {
  const model = stringOf(center, 'model');
  if (model === undefined || models.includes(model)) return [];
  const message = known.models.has(model)
    ? notOneOf(model, 'models', models)
    : unknownValue('model', model, models);
  return [{ path: join(path, 'model'), message }];
}

function callersProblems(path: string, value: unknown, applications: readonly string[]): Problem[] {
  if (value === undefined) return [];
  const callers = looseOf(value);
  const known = new Set(applications);
  const problems = references(
    join(path, 'applications'),
    'application',
    callers.get('applications'),
    known,
  );
  const none = listOf(callers.get('iam_role_arns')).length + looseOf(callers.get('jwt')).size === 0;
  if (none) {
    const message = 'names no caller: write `iam_role_arns` or `jwt`, or leave `callers` out';
    problems.push({ path, message });
  }
  return problems;
}

function defaultCostCenterProblems(config: Loose, known: Known): Problem[] {
  const name = stringOf(config, 'default_cost_center');
  if (name === undefined || known.costCenters.has(name)) return [];
  const message = unknownValue('cost center', name, [...known.costCenters]);
  return [{ path: 'default_cost_center', message }];
}

function timeZoneProblems(config: Loose): Problem[] {
  const zone = stringOf(config, 'time_zone');
  if (zone === undefined || isTimeZone(zone)) return [];
  const message = `must be an IANA time zone such as "UTC" or "Europe/Berlin", got ${quoted(zone)}`;
  return [{ path: 'time_zone', message }];
}

/** Offsets such as "+02:00" are refused: they are no zones, and know no daylight saving time. */
function isTimeZone(zone: string): boolean {
  if (!/^[A-Za-z]/.test(zone)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
