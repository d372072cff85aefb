/** `GET /v1/models`: the models that a caller can use. */
import type { Caller } from '../../core/caller.ts';
import { modelsReport } from '../../core/insight/usage/models-report.ts';
import type { PolicySource } from '../../core/policy/ports.ts';
import { type Clock, isoTimestamp } from '../../core/time.ts';
import { visibleTo } from '../edge/usage-answer.ts';

interface ModelPorts {
  readonly policies: PolicySource;
  readonly clock: Clock;
}

export async function modelsAnswer({ policies, clock }: ModelPorts, caller: Caller | undefined) {
  const policy = await policies.load();
  const now = clock.now();
  const models = modelsReport(policy, visibleTo(policy, caller), now);
  return { asOf: isoTimestamp(now), models };
}
