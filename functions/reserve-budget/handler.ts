/** Workflow step 2. */
import { systemClock, systemIds } from '../../adapters/system.ts';
import { releaseTooLarge } from '../../core/call/steps/request-too-large.ts';
import { reserveSealed } from '../../core/call/steps/sealed-steps.ts';
import { STATE_BYTES_MAX, type ValidCall } from '../../core/call/steps/state.ts';
import type { EpochMs } from '../../core/time.ts';
import { idempotencyFrom, ledgerFrom } from '../edge/ports/ledger.ts';
import { policiesFrom } from '../edge/ports/policies.ts';
import { waitPorts } from '../edge/ports/reserve.ts';
import { sealsFrom } from '../edge/ports/seals.ts';
import { stateBytes, warn, workflowStep } from '../edge/workflow-step.ts';

const ports = {
  ledger: ledgerFrom(process.env),
  idempotency: idempotencyFrom(process.env),
  policies: policiesFrom(process.env),
  clock: systemClock,
  ids: systemIds,
  seals: sealsFrom(process.env),
  ...waitPorts(),
  warn,
};

/** All attempts of the recording step: `workflow.asl.json.tftpl`. */
const RECORDING_MS = 95_000;
/** The longest that an execution continues, and then its recording step. */
const EXECUTION_MS = 330_000;

/** The workflow keeps the error of a failed attempt in the state it retries with. */
type Input = ValidCall & { readonly error?: unknown };

/** Left in the state for what the workflow adds to it when the invoking step fails. */
const ERROR_BYTES = 16_384;

/** The model call ends by the caller's deadline, and what has none by the end of the execution. */
const endOf = ({ deadline }: Input): EpochMs =>
  Math.min(ports.clock.now() + EXECUTION_MS, (deadline ?? Number.MAX_SAFE_INTEGER) + RECORDING_MS);

export const handler = workflowStep(async (call: Input) => {
  const outcome = await reserveSealed(ports, call, {
    isRepeat: call.error !== undefined,
    endsBy: endOf(call),
  });
  const [bytes, bytesMax] = [stateBytes(outcome), STATE_BYTES_MAX - ERROR_BYTES];
  if (outcome.status !== 'approved' || bytes <= bytesMax) return outcome;
  return releaseTooLarge(ports, outcome, bytes, bytesMax);
});
