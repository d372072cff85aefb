/** Workflow step 4. */
import { type Recordable, recordOutcome } from '../core/steps/record-outcome.ts';
import { ledgerPorts } from '../edge/ledger-ports.ts';
import { recordPorts } from '../edge/record-ports.ts';
import { workflowStep } from '../edge/workflow-step.ts';

const ports = recordPorts(process.env, ledgerPorts(process.env).ledger);

export const handler = workflowStep((call: Recordable) => recordOutcome(ports, call));
