/** Workflow step 2. */
import { systemClock } from '../adapters/system.ts';
import type { Valid } from '../core/state.ts';
import { reserveBudget } from '../core/steps/reserve-budget.ts';
import { ledgerPorts } from '../edge/ledger-ports.ts';
import { workflowStep } from '../edge/workflow-step.ts';

const ports = { ...ledgerPorts(process.env), clock: systemClock };

export const handler = workflowStep((call: Valid) => reserveBudget(ports, call));
