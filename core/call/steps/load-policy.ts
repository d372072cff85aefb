/** The policy as the steps load it: one that cannot be loaded makes the call unavailable. */
import { SentryError } from '../../errors.ts';
import type { Policy } from '../../policy/policy.ts';
import type { PolicySource } from '../../policy/ports.ts';

interface LoadPorts {
  readonly policies: PolicySource;
  readonly warn: (message: string, cause: unknown) => void;
}

/** @param purpose what the policy is loaded for, in the log. */
export async function loadPolicy(
  { policies, warn }: LoadPorts,
  purpose: 'validate' | 'reserve',
): Promise<Policy | SentryError> {
  try {
    return await policies.load();
  } catch (error) {
    if (!(error instanceof SentryError)) throw error;
    warn(`the policy could not be loaded to ${purpose}`, error);
    return error;
  }
}
