/** The policy of tfvars files, for the sandbox and the command line. Never part of a Lambda bundle. */
import { invariant } from '../core/errors.ts';
import { ownProperty } from '../core/input-path.ts';
import type { InputProblem } from '../core/input-problem.ts';
import { convertValues } from '../core/policy/convert-values.ts';
import { nullEntryProblems } from '../core/policy/null-entries.ts';
import { operationsProblems } from '../core/policy/operations-checks.ts';
import type { Policy } from '../core/policy/policy.ts';
import { proxyFrontProblems } from '../core/policy/proxy-fronts.ts';
import { regionServiceProblems, regionServiceWarnings } from '../core/policy/region-services.ts';
import {
  DEFAULT_REGION,
  type ResolveOptions,
  resolvePolicy,
} from '../core/policy/resolve-policy.ts';
import { VARIABLES_SCHEMA } from '../core/policy/variables.schema.ts';
import { parseTfvars, type Tfvars } from './parse-tfvars.ts';

interface Warned {
  /** Problems that do not prevent the policy from being applied. */
  readonly warnings: readonly InputProblem[];
}

type ResolvedTfvars = Warned &
  (
    | {
        readonly config: Tfvars['config'];
        readonly policy: Policy;
      }
    | { readonly problems: readonly [InputProblem, ...InputProblem[]] }
  );

/** Reads and resolves, and reports the problems of both together. */
export async function loadTfvarsPolicy(
  files: readonly string[],
  options: ResolveOptions = {},
): Promise<ResolvedTfvars> {
  const read = await parseTfvars(files);
  const config = convertVariables(read.config);
  const { region = DEFAULT_REGION } = options;
  const isPlan = options.plannedAt !== undefined;
  const resolution = read.complete ? resolvePolicy(config, options) : undefined;
  const [first, ...others] = [
    ...read.problems,
    ...withoutFollowUps(read, [
      ...nullEntryProblems(config, VARIABLES_SCHEMA),
      ...(resolution && 'problems' in resolution ? resolution.problems : []),
      ...(read.complete ? operationsProblems(config) : []),
      ...(read.complete && isPlan
        ? [...proxyFrontProblems(config, region), ...regionServiceProblems(config, region)]
        : []),
    ]),
  ];
  const warnings = [
    ...(resolution?.warnings ?? []),
    ...(isPlan ? regionServiceWarnings(region) : []),
  ];
  if (first) return { problems: [first, ...others], warnings };
  invariant(resolution && 'policy' in resolution, 'a policy without problems has resolved');
  return { config, policy: resolution.policy, warnings };
}

/** Problems once each, without those of variables that could not be read. */
function withoutFollowUps(
  read: Tfvars,
  problems: readonly InputProblem[],
): readonly InputProblem[] {
  const paths = read.problems
    .map(({ path }) => path)
    .filter((path) => /^[\w-]+$/.test(path) && !Object.hasOwn(read.config, path));
  const isWithin = (path: string, outer: string): boolean =>
    path === outer || path.startsWith(`${outer}.`) || path.startsWith(`${outer}[`);
  const found = problems.filter(({ path }) => !paths.some((outer) => isWithin(path, outer)));
  return [...new Map(found.map((each) => [`${each.path}: ${each.message}`, each])).values()];
}

function convertVariables(config: Tfvars['config']): Tfvars['config'] {
  const { properties } = VARIABLES_SCHEMA;
  return Object.fromEntries(
    Object.entries(config).map(([name, value]) => [
      name,
      convertValues(value, ownProperty(properties, name)),
    ]),
  );
}
