/** The policy of tfvars files, for the sandbox and the command line. Never part of a Lambda bundle. */
import { invariant } from '../core/errors.ts';
import type { InputProblem } from '../core/input-problem.ts';
import type { Policy } from '../core/policy/policy.ts';
import { type ResolveOptions, resolvePolicy } from '../core/policy/resolve-policy.ts';
import { parseTfvars, type Tfvars } from './parse-tfvars.ts';

type ResolvedTfvars =
  | {
      readonly config: Tfvars['config'];
      readonly policy: Policy;
      /** What does not keep the policy from being put in force. */
      readonly warnings: readonly InputProblem[];
    }
  | { readonly problems: readonly [InputProblem, ...InputProblem[]] };

/** Reads and resolves, and reports the problems of both at once. */
export async function loadTfvarsPolicy(
  files: readonly string[],
  options: ResolveOptions = {},
): Promise<ResolvedTfvars> {
  const { config, complete, problems } = await parseTfvars(files);
  const resolution = complete ? resolvePolicy(config, options) : undefined;
  const [first, ...others] = [
    ...problems,
    ...(resolution && 'problems' in resolution ? resolution.problems : []),
  ];
  if (first) return { problems: [first, ...others] };
  invariant(resolution && 'policy' in resolution, 'a policy without problems has resolved');
  return { config, policy: resolution.policy, warnings: resolution.warnings };
}
