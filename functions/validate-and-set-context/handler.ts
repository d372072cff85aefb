/** Workflow step 1. */
import { systemClock, systemDigest, systemIds } from '../../adapters/system.ts';
import { requestTooLarge } from '../../core/call/steps/request-too-large.ts';
import { STATE_BYTES_MAX } from '../../core/call/steps/state.ts';
import { validateAndSetContext } from '../../core/call/steps/validate-and-set-context.ts';
import { DIRECT_STARTS, IDENTITIES, oneOfEnv } from '../edge/environment.ts';
import { policiesFrom } from '../edge/ports/policies.ts';
import { sealsFrom } from '../edge/ports/seals.ts';
import { tokenCounter } from '../edge/ports/token-counter.ts';
import { stateBytes, warn, workflowStep } from '../edge/workflow-step.ts';

const ports = {
  policies: policiesFrom(process.env),
  clock: systemClock,
  ids: systemIds,
  digest: systemDigest,
  counter: tokenCounter(),
  identity: {
    isOn: oneOfEnv(process.env, 'IDENTITY', IDENTITIES) !== 'off',
    acceptsDirectStarts: oneOfEnv(process.env, 'DIRECT_STARTS', DIRECT_STARTS) === 'accepted',
  },
  seals: sealsFrom(process.env, true),
  warn,
};

/** Reserved for what the reserving step adds to the state. */
const RESERVED_BYTES = 32_768;

export const handler = workflowStep(async (input: unknown) => {
  const validated = await validateAndSetContext(ports, input);
  const bytes = stateBytes(validated);
  const bytesMax = STATE_BYTES_MAX - RESERVED_BYTES;
  if (validated.status !== 'valid' || bytes <= bytesMax) return validated;
  return requestTooLarge(validated, bytes, bytesMax);
});
