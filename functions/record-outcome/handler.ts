/** Workflow step 4. */
import { type Recordable, recordOutcome } from '../core/steps/record-outcome.ts';
import { ledgerFrom } from '../edge/ledger-from-env.ts';
import { recordPorts } from '../edge/record-ports.ts';
import { workflowStep } from '../edge/workflow-step.ts';

const ports = recordPorts(process.env, ledgerFrom(process.env));

export const handler = workflowStep((call: Recordable) => recordOutcome(ports, call));
