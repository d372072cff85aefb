/** Workflow step 2. */
import { systemClock, systemIds } from '../adapters/system.ts';
import type { Valid } from '../core/state.ts';
import { reserveBudget } from '../core/steps/reserve-budget.ts';
import { idempotencyFrom, ledgerFrom } from '../edge/ledger-from-env.ts';
import { policiesFrom } from '../edge/policies-from-env.ts';
import { warn, workflowStep } from '../edge/workflow-step.ts';

const ports = {
  ledger: ledgerFrom(process.env),
  idempotency: idempotencyFrom(process.env),
  policies: policiesFrom(process.env),
  clock: systemClock,
  ids: systemIds,
  warn,
};

/** The workflow leaves the error of a lost try in the state it tries again with. */
type Input = Valid & { readonly error?: unknown };

export const handler = workflowStep((call: Input) =>
  reserveBudget(ports, call, call.error !== undefined),
);
