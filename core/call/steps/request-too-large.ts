/** A sound request that the workflow's state cannot carry. */
import { LedgerUnavailableError } from '../../errors.ts';
import type { LedgerStore } from '../../ledger/ports.ts';
import { release } from '../../ledger/settle.ts';
import { problemDetails } from '../answers/answers.ts';
import type { ApprovedCall, InvalidCall, ValidCall } from './state.ts';

export function requestTooLarge(
  call: ValidCall | ApprovedCall,
  bytes: number,
  bytesMax: number,
): InvalidCall {
  const { tags, dimensions, receivedAt, deadline, caller } = call;
  const detail =
    `The request takes ${bytes} bytes in the workflow, which carries ${bytesMax}: ` +
    'shorten the prompt, or use direct execution.';
  return {
    status: 'not_valid',
    tags,
    dimensions,
    receivedAt,
    ...(deadline !== undefined && { deadline }),
    ...(caller && { caller }),
    answer: problemDetails('payload_too_large', tags, detail),
  };
}

interface ReleasePorts {
  readonly ledger: LedgerStore;
  readonly warn: (message: string, cause: unknown) => void;
}

/** The same after it has been reserved: no model is called, so nothing is charged. */
export async function releaseTooLarge(
  { ledger, warn }: ReleasePorts,
  call: ApprovedCall,
  bytes: number,
  bytesMax: number,
): Promise<InvalidCall> {
  try {
    await release(ledger, call.reservation);
  } catch (error) {
    if (!(error instanceof LedgerUnavailableError)) throw error;
    warn('a call that is too large could not be released', error);
  }
  const { claim } = call;
  return { ...requestTooLarge(call, bytes, bytesMax), ...(claim && { claim }) };
}
