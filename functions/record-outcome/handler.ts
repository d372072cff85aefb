/** Workflow step 4. */
import { type RecordInput, recordOutcome } from '../../core/call/steps/record-outcome.ts';
import { ledgerFrom } from '../edge/ports/ledger.ts';
import { recordPorts } from '../edge/ports/record.ts';
import { workflowStep } from '../edge/workflow-step.ts';

const ports = recordPorts(process.env, ledgerFrom(process.env));

export const handler = workflowStep((call: RecordInput) => recordOutcome(ports, call));
