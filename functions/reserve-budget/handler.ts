/** Workflow step 2. */
import { systemClock, systemIds } from '../../adapters/system.ts';
import { reserveSealed } from '../../core/call/steps/sealed-steps.ts';
import type { ValidCall } from '../../core/call/steps/state.ts';
import { idempotencyFrom, ledgerFrom } from '../edge/ports/ledger.ts';
import { policiesFrom } from '../edge/ports/policies.ts';
import { sealsFrom } from '../edge/ports/seals.ts';
import { warn, workflowStep } from '../edge/workflow-step.ts';

const ports = {
  ledger: ledgerFrom(process.env),
  idempotency: idempotencyFrom(process.env),
  policies: policiesFrom(process.env),
  clock: systemClock,
  ids: systemIds,
  seals: sealsFrom(process.env),
  warn,
};

/** The longest that the execution continues, and then its recording step: `workflow.asl.json.tftpl`. */
const EXECUTION_MS = 330_000;

/** The workflow keeps the error of a failed attempt in the state it retries with. */
type Input = ValidCall & { readonly error?: unknown };

export const handler = workflowStep((call: Input) =>
  reserveSealed(ports, call, {
    isRepeat: call.error !== undefined,
    endsBy: ports.clock.now() + EXECUTION_MS,
  }),
);
