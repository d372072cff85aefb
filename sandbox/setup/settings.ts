/** `GET /_sandbox/settings`: how the sandbox was started, and who may name what in a request. */
import type { Policy } from '../../core/policy/policy.ts';
import type { Flags } from '../base/flags.ts';

export interface SandboxSettings {
  readonly identity: Flags['identity'];
  readonly bedrock: Flags['bedrock'];
  readonly costCenters: readonly {
    readonly name: string;
    /** Aliases; the one that the cost center's name stands for comes first. */
    readonly models: readonly string[];
    readonly applications: readonly {
      readonly name: string;
      readonly environments: readonly string[];
    }[];
  }[];
}

export const settingsOf = (
  policy: Policy,
  { identity, bedrock }: Pick<Flags, 'identity' | 'bedrock'>,
): SandboxSettings => ({
  identity,
  bedrock,
  costCenters: [...policy.costCenters.values()].map((center) => ({
    name: center.name,
    models: [...new Set([center.model, ...center.models])],
    applications: center.applications.map((name) => ({
      name,
      environments: policy.applications.get(name)?.environments ?? [],
    })),
  })),
});
