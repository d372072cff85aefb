/** `GET /_sandbox/settings`: the sandbox's flags, and the names that a request can use. */
import type { Policy } from '../../core/policy/policy.ts';
import { asStrings, toUnvalidated } from '../../core/unvalidated.ts';
import { STATE_MACHINE_ARN } from '../base/arns.ts';
import type { Flags } from '../base/flags.ts';

export interface SandboxSettings {
  readonly identity: Flags['identity'];
  readonly bedrock: Flags['bedrock'];
  /** Of the simulated Step Functions, for direct starts of the workflow. */
  readonly workflow: { readonly url: string; readonly stateMachineArn: string };
  readonly costCenters: readonly {
    readonly name: string;
    /** Aliases; the cost center's default model comes first. */
    readonly models: readonly string[];
    readonly applications: readonly {
      readonly name: string;
      readonly environments: readonly string[];
    }[];
  }[];
}

/** As in the module: starts without a caller are accepted where `workflow.starters` has roles. */
export function directStartsOf(config: unknown): { readonly directStarts?: 'accepted' } {
  const workflow = toUnvalidated(toUnvalidated(config).get('workflow'));
  return asStrings(workflow.get('starters')).length > 0 ? { directStarts: 'accepted' } : {};
}

export const settingsOf = (
  policy: Policy,
  { identity, bedrock }: Pick<Flags, 'identity' | 'bedrock'>,
  workflowUrl: string,
): SandboxSettings => ({
  identity,
  bedrock,
  workflow: { url: workflowUrl, stateMachineArn: STATE_MACHINE_ARN },
  costCenters: [...policy.costCenters.values()].map((center) => ({
    name: center.name,
    models: [...new Set([center.model, ...center.models])],
    applications: center.applications.map((name) => ({
      name,
      environments: policy.applications.get(name)?.environments ?? [],
    })),
  })),
});
