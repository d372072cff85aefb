/** A key of the sandbox that is made at its start, for the lines to paste. */
import { systemRandomBytes, systemSecrets } from '../../adapters/system.ts';
import { createKey, type KeyStore } from '../../core/call/identity/manage-proxy-keys.ts';
import type { Policy } from '../../core/policy/policy.ts';
import type { Clock } from '../../core/time.ts';

export interface DemoKey {
  readonly key: string;
  readonly costCenter: string;
  readonly application: string;
  readonly environment?: string;
  /** An alias that the key may use. */
  readonly model: string;
  /** Id of a Claude model that it may use, if there is one. */
  readonly claude?: string;
}

const VALID_MS = 30 * 86_400_000;

/** Of the default cost center or else the first, in its first application and environment. */
export async function createDemoKey(
  policy: Policy,
  store: KeyStore,
  clock: Clock,
): Promise<DemoKey | undefined> {
  const [first] = policy.costCenters.values();
  const center = policy.costCenters.get(policy.defaultCostCenter ?? '') ?? first;
  const application = policy.applications.get(center?.applications[0] ?? '');
  if (!center || !application) return undefined;
  const environment = application.defaultEnvironment ?? application.environments[0];
  // No operator made it: nothing is put into the audit log.
  const keys: KeyStore = {
    read: (id) => store.read(id),
    add: (record) => store.add(record),
    replace: (seen, record) => store.replace(seen, record),
    recordChange: async () => undefined,
  };
  const ports = { keys, clock, secrets: systemSecrets, random: systemRandomBytes };
  const made = await createKey(ports, policy, {
    costCenter: center.name,
    application: application.name,
    ...(environment !== undefined && { environment }),
    name: 'demo',
    isShared: true,
    author: 'sandbox',
    expiresAt: clock.now() + VALID_MS,
  });
  if ('problems' in made) return undefined;
  const ids = [center.model, ...center.models].flatMap(
    (alias) => policy.models.get(alias)?.modelId ?? [],
  );
  const claude = ids.find((id) => id.includes('anthropic.claude'));
  return {
    key: made.value.key,
    costCenter: center.name,
    application: application.name,
    ...(environment !== undefined && { environment }),
    model: center.model,
    ...(claude !== undefined && { claude }),
  };
}
