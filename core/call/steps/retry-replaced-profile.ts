/**
 * A model or profile that was replaced: an apply deletes the old profile, while a policy that was
 * read before names it for up to a minute. Such a call is resolved and reserved once more.
 */
import { LedgerUnavailableError, SentryError } from '../../errors.ts';
import type { FirstLimitEvent } from '../../ledger/first-events.ts';
import type { LedgerStore } from '../../ledger/ports.ts';
import type { Reservation } from '../../ledger/reservation.ts';
import { settle } from '../../ledger/settle.ts';
import type { Policy } from '../../policy/policy.ts';
import type { PolicySource } from '../../policy/ports.ts';
import type { RequestTags } from '../../request-tags.ts';
import type { Clock } from '../../time.ts';
import { completeClaim } from '../idempotency/claim-key.ts';
import type { Claim, IdempotencyStore } from '../idempotency/ports.ts';
import { RELEASED } from '../model/charge.ts';
import { type ConverseFailure, failureRule } from '../model/failure-rules.ts';
import { loadPolicy } from './load-policy.ts';

interface ReleasePorts {
  readonly policies: PolicySource;
  readonly ledger: LedgerStore;
  readonly idempotency: IdempotencyStore;
  readonly clock: Clock;
  readonly warn: (message: string, cause: unknown) => void;
}

/** A call that failed at a model, with what it holds. */
interface FailedAtModel {
  readonly candidate: { readonly model: string; readonly modelId: string };
  readonly tags: RequestTags;
  readonly reservation: Reservation;
  readonly claim?: Claim;
  readonly failure: ConverseFailure;
}

/** A right that is missing for good must not have every call read the policy. */
const POLICY_AGE_MS = 1_000;
/** The right to call a profile ends with its tags. */
const NAMES = ['AccessDeniedException', 'ResourceNotFoundException'];
/** How a model id that there is not is refused; all else is the request's own fault. */
const UNKNOWN_ID = /model identifier|inference profile/i;

const mayBeReplaced = ({ name, message, httpStatus }: ConverseFailure): boolean =>
  failureRule({ name, ...(httpStatus !== undefined && { httpStatus }) }).charge === 'released' &&
  (NAMES.includes(name) || (name === 'ValidationException' && UNKNOWN_ID.test(message)));

/**
 * Whether the policy has by now another profile or model for a call. Then what the call holds is
 * released, and it can be made again.
 */
export async function isReleasedForNewProfile(
  ports: ReleasePorts,
  call: FailedAtModel,
): Promise<boolean> {
  if (!mayBeReplaced(call.failure)) return false;
  const policies = { load: () => ports.policies.load(POLICY_AGE_MS) };
  const policy = await loadPolicy({ ...ports, policies }, 'validate');
  if (policy instanceof SentryError) return false;
  if (modelIdNow(policy, call) === call.candidate.modelId) return false;
  try {
    await settle(ports.ledger, call.reservation, RELEASED.amounts);
    if (call.claim) {
      await completeClaim(ports.idempotency, call.claim, { how: 'released' }, ports.clock.now());
    }
    return true;
  } catch (error) {
    // Recorded as it is: the lease, and the key's, end what is left.
    if (!(error instanceof LedgerUnavailableError)) throw error;
    ports.warn('the ledger could not be reached to release a call of a replaced profile', error);
    return false;
  }
}

function modelIdNow(policy: Policy, { tags, candidate }: FailedAtModel): string | undefined {
  const key = `${tags.applicationId}/${tags.environment}/${candidate.model}`;
  const profile = policy.costCenters.get(tags.costCenter ?? '')?.inferenceProfiles.get(key);
  return profile ?? policy.models.get(candidate.model)?.modelId;
}

/** The first event of a limit is published once, from either run of the call. */
export const withFirstEvent = <T extends object>(
  call: T,
  { firstEvent }: { readonly firstEvent?: FirstLimitEvent },
): T => (firstEvent && !('firstEvent' in call) ? { ...call, firstEvent } : call);
