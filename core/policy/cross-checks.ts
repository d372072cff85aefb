/** Checks that need more than one value. All problems are found in one pass. */

import { joinPath } from '../input-path.ts';
import type { InputProblem } from '../input-problem.ts';
import { quoted } from '../safe-text.ts';
import { unknownValueMessage } from '../schema-errors.ts';
import { asStrings, stringField, toUnvalidated, type UnvalidatedObject } from '../unvalidated.ts';
import { callersProblems, rolePatternProblems } from './caller-checks.ts';
import { type LimitContext, limitProblems, notOneOf } from './limit-checks.ts';
import { matchingLimitsProblems } from './matching-limits.ts';
import { referenceProblems } from './reference-checks.ts';
import { tagProblems } from './tag-checks.ts';
import { timeZoneProblems } from './time-zones.ts';

interface Known {
  readonly models: ReadonlySet<string>;
  /** Application -> its environments. */
  readonly applications: ReadonlyMap<string, readonly string[]>;
  readonly costCenters: ReadonlySet<string>;
  readonly isStored: boolean;
}

/**
 * Problems between the parts of a document (without nulls) whose form may also be wrong.
 * @param isStored the document is in force already: see `ResolveOptions`.
 */
export function crossFieldProblems(document: unknown, isStored: boolean): InputProblem[] {
  const config = toUnvalidated(document);
  const models = toUnvalidated(config.get('models'));
  const costCenters = toUnvalidated(config.get('cost_centers'));
  const known: Known = {
    models: new Set(models.keys()),
    applications: environmentsByApplication(config.get('applications')),
    costCenters: new Set(costCenters.keys()),
    isStored,
  };
  return [
    ...[...models].flatMap(([alias, model]) => modelProblems(alias, model, known)),
    ...defaultEnvironmentProblems(toUnvalidated(config.get('applications'))),
    ...[...costCenters].flatMap(([name, center]) =>
      costCenterProblems(name, toUnvalidated(center), known),
    ),
    ...limitProblems(
      'organization.limits',
      toUnvalidated(config.get('organization')).get('limits'),
      {
        owner: 'organization',
        ownerName: 'organization',
        isStored,
        applications: known.applications,
        models: known.models,
        allModels: known.models,
        allApplications: new Set(known.applications.keys()),
      },
    ),
    ...defaultCostCenterProblems(config, known),
    ...timeZoneProblems(stringField(config, 'time_zone'), isStored),
    ...(isStored ? [] : matchingLimitsProblems(config)),
    ...(isStored ? [] : rolePatternProblems('operators', config.get('operators'))),
    ...unknownOutcomeProblems(toUnvalidated(config.get('ledger'))),
    ...(isStored ? [] : tagProblems(config)),
  ];
}

/** The setting may be given under its former name too, but not differently. */
function unknownOutcomeProblems(ledger: UnvalidatedObject): InputProblem[] {
  const outcome = stringField(ledger, 'unknown_outcome');
  const former = stringField(ledger, 'expired_reservation');
  if (outcome === undefined || former === undefined || outcome === former) return [];
  const message = `is ${quoted(outcome)}, but expired_reservation, its former name, is ${quoted(former)}: write unknown_outcome alone`;
  return [{ path: 'ledger.unknown_outcome', message }];
}

const environmentsByApplication = (value: unknown): ReadonlyMap<string, readonly string[]> =>
  new Map(
    [...toUnvalidated(value)].map(([name, application]) => [
      name,
      asStrings(toUnvalidated(application).get('environments')),
    ]),
  );

function modelProblems(alias: string, model: unknown, known: Known): InputProblem[] {
  return limitProblems(joinPath('models', alias, 'limits'), toUnvalidated(model).get('limits'), {
    owner: 'model',
    ownerName: alias,
    isStored: known.isStored,
    applications: known.applications,
    models: known.models,
    allModels: known.models,
    allApplications: new Set(known.applications.keys()),
  });
}

function defaultEnvironmentProblems(applications: UnvalidatedObject): InputProblem[] {
  return [...applications].flatMap(([name, value]) => {
    const application = toUnvalidated(value);
    const environments = asStrings(application.get('environments'));
    const given = stringField(application, 'default_environment');
    if (given === undefined || environments.length === 0 || environments.includes(given)) return [];
    const message = unknownValueMessage('environment', given, environments);
    return [{ path: joinPath('applications', name, 'default_environment'), message }];
  });
}

function costCenterProblems(name: string, center: UnvalidatedObject, known: Known): InputProblem[] {
  const path = joinPath('cost_centers', name);
  const models = asStrings(center.get('models'));
  const applications = asStrings(center.get('applications'));
  const context: LimitContext = {
    owner: 'costCenter',
    ownerName: name,
    isStored: known.isStored,
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
    ...referenceProblems(joinPath(path, 'models'), 'model', center.get('models'), known.models),
    ...referenceProblems(
      joinPath(path, 'applications'),
      'application',
      center.get('applications'),
      known.applications,
    ),
    ...ownModelProblems(path, center, models, known),
    ...limitProblems(joinPath(path, 'limits'), center.get('limits'), context),
    ...callersProblems(joinPath(path, 'callers'), center.get('callers'), context.applications),
    ...(known.isStored
      ? []
      : rolePatternProblems(joinPath(path, 'callers'), center.get('callers'))),
  ];
}

/** A request may name a cost center where it names a model, so the two must not be confused. */
function nameProblems(path: string, name: string, known: Known): InputProblem[] {
  if (!known.models.has(name)) return [];
  const message = `${quoted(name)} is also a model alias: rename one of the two`;
  return [{ path, message }];
}

function ownModelProblems(
  path: string,
  center: UnvalidatedObject,
  models: readonly string[],
  known: Known,
): InputProblem[] {
  const model = stringField(center, 'model');
  if (model === undefined || models.includes(model)) return [];
  const message = known.models.has(model)
    ? notOneOf(model, 'models', models)
    : unknownValueMessage('model', model, models);
  return [{ path: joinPath(path, 'model'), message }];
}

function defaultCostCenterProblems(config: UnvalidatedObject, known: Known): InputProblem[] {
  const name = stringField(config, 'default_cost_center');
  if (name === undefined || known.costCenters.has(name)) return [];
  const message = unknownValueMessage('cost center', name, [...known.costCenters]);
  return [{ path: 'default_cost_center', message }];
}
