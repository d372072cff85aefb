/** Names in a relayed request: from its key, path, headers and metadata. */
import {
  bindingsFor,
  boundCostCenters,
  isBindingChecked,
} from '../../call/context/caller-cost-centers.ts';
import type { KnownContext } from '../../call/context/resolve-context.ts';
import type { Caller } from '../../caller.ts';
import type { InputProblem } from '../../input-problem.ts';
import type { Policy } from '../../policy/policy.ts';
import type { ProblemCode } from '../../problem-http-status.ts';
import { formatChoices, quoted } from '../../safe-text.ts';

/** Names that one place of a request can have. */
export interface NamedContext {
  readonly costCenter?: string | undefined;
  readonly application?: string | undefined;
  readonly environment?: string | undefined;
  readonly user?: string | undefined;
}

/** The places, the first of which wins. */
interface ContextSources {
  readonly key: NamedContext;
  readonly path: NamedContext;
  /** Of the inference profile that is called by its ARN. */
  readonly profile?: NamedContext | undefined;
  readonly header: NamedContext;
  readonly metadata: NamedContext;
}

type NamedResult =
  | { readonly outcome: 'named'; readonly names: NamedContext }
  | {
      readonly outcome: 'refused';
      readonly code: ProblemCode;
      readonly problems: readonly [InputProblem];
      readonly known: KnownContext;
    };

const DISAGREES = {
  costCenter: 'forbidden_cost_center',
  application: 'forbidden_application',
  environment: 'forbidden_environment',
  user: 'forbidden_user',
} as const satisfies Record<keyof NamedContext, ProblemCode>;

const PLACES = ['key', 'path', 'profile', 'header', 'metadata'] as const;
const WORDS = {
  costCenter: 'cost center',
  application: 'application',
  environment: 'environment',
  user: 'user',
} as const;

/** A place that names something else than a higher one is refused, never passed over. */
export function namedBy(sources: ContextSources): NamedResult {
  const names: Partial<Record<keyof NamedContext, string>> = {};
  for (const kind of ['costCenter', 'application', 'environment', 'user'] as const) {
    const given = PLACES.flatMap((place) => {
      const name = sources[place]?.[kind];
      return name === undefined ? [] : [{ place, name }];
    });
    const [first] = given;
    if (!first) continue;
    const other = given.find(({ name }) => name !== first.name);
    if (other) {
      return { outcome: 'refused', code: DISAGREES[kind], ...disagreement(kind, other, first) };
    }
    names[kind] = first.name;
  }
  return { outcome: 'named', names };
}

interface NamedPlace {
  readonly place: string;
  readonly name: string;
}

/** The problem of a name that disagrees with a higher one. */
export function disagreement(kind: keyof NamedContext, lower: NamedPlace, higher: NamedPlace) {
  const message =
    `the ${lower.place} names the ${WORDS[kind]} ${quoted(lower.name)}, ` +
    `but the ${higher.place} names ${quoted(higher.name)}`;
  return { problems: [{ path: kind, message }] as const, known: {} };
}

/** An application's ARN or name of a profile of this deployment stands for more than a model. */
interface ProfileNames extends NamedContext {
  readonly model: string;
}

export function profileNames(policy: Policy, arn: string): ProfileNames | undefined {
  if (!arn.startsWith('arn:')) return undefined;
  for (const { name, inferenceProfiles } of policy.costCenters.values()) {
    for (const [key, profile] of inferenceProfiles) {
      if (profile !== arn) continue;
      const [application, environment, ...model] = key.split('/');
      return { costCenter: name, application, environment, model: model.join('/') };
    }
  }
  return undefined;
}

/** The application a request names, or the only one that its caller may name. */
export function applicationOf(
  policy: Policy,
  { costCenter, application }: NamedContext,
  modelName: string,
  caller: Caller | undefined,
): string | InputProblem {
  if (application !== undefined) return application;
  const isChecked = caller !== undefined && isBindingChecked(policy, caller);
  const bound = isChecked ? boundCostCenters(policy, caller) : undefined;
  const own = bound?.length === 1 ? bound[0]?.costCenter.name : undefined;
  const named =
    costCenter ?? policy.costCenters.get(modelName)?.name ?? own ?? policy.defaultCostCenter;
  const center = named === undefined ? undefined : policy.costCenters.get(named);
  const bindings = bound?.find((each) => each.costCenter.name === named)?.bindings;
  // Without a cost center of the caller that is what has to be said, and it is found next.
  if (!center || (isChecked && !bindings)) return '';
  const applications = center.applications.filter(
    (name) => !bindings || bindingsFor(bindings, name).length > 0,
  );
  const [only, another] = applications;
  if (only !== undefined && another === undefined) return only;
  const choices = formatChoices(applications);
  const message = `is required: name one of ${choices} in the key, in the path (/app/{application}/{environment}) or in the header x-sentry-application`;
  return { path: 'application', message };
}
