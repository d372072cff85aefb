/** `GET /_sandbox/settings`: the sandbox's flags, and the names that a request can use. */
import type { Policy } from '../../core/policy/policy.ts';
import type { Flags } from '../base/flags.ts';

export interface SandboxSettings {
  readonly identity: Flags['identity'];
  readonly bedrock: Flags['bedrock'];
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
