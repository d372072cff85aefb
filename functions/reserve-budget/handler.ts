/** Workflow step 2. */
import { systemClock } from '../adapters/system.ts';
import type { Valid } from '../core/state.ts';
import { reserveBudget } from '../core/steps/reserve-budget.ts';
import { ledgerFrom } from '../edge/ledger-from-env.ts';
import { policiesFrom } from '../edge/policies-from-env.ts';
import { workflowStep } from '../edge/workflow-step.ts';

const ports = {
  ledger: ledgerFrom(process.env),
  policies: policiesFrom(process.env),
  clock: systemClock,
};

export const handler = workflowStep((call: Valid) => reserveBudget(ports, call));
