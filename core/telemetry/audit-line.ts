/**
 * The audit log: one JSON line per request. Prompts and completions only when the policy says so.
 */
import type { CallStatus } from '../call-status.ts';
import type { Caller } from '../caller.ts';
import { formatUsd } from '../money.ts';
import type { CallIdentity } from '../policy/limit-of-holder.ts';
import { holderOfOverride, limitKeyOf } from '../policy/override-items.ts';
import type { Holder, Limit, OverrideRecord, Unit } from '../policy/policy.ts';
import type { TokenUsage } from '../pricing/cost.ts';
import type { ProblemCode } from '../problem-http-status.ts';
import type { RequestTags } from '../request-tags.ts';
import { type EpochMs, isoTimestamp } from '../time.ts';

/** The most a call could use on a model, in tokens: what was reserved there, or would have been. */
export interface AuditedBound {
  /** Alias. */
  readonly model: string;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Given where cache entries of an hour may be written, which cost more. */
  readonly cacheTtl?: '1h';
}

export interface AuditLine {
  readonly kind: 'audit';
  readonly requestId: string;
  /** When the line was written, ISO 8601 UTC; the request's own time is in the tags. */
  readonly at: string;
  readonly tags: RequestTags;
  readonly caller?: Caller;
  /** The session of the client, as it names it. */
  readonly sessionId?: string;
  /** Whose limits it counted on. */
  readonly who?: CallIdentity;
  readonly decision: 'approved' | 'denied' | 'not_valid' | 'replayed' | 'unavailable';
  readonly outcome: CallStatus;
  /** Alias. */
  readonly model: string;
  readonly modelId?: string;
  readonly fallbackFrom?: string;
  /** Id of its reservation, if it differs from the request's: alerts use this one. */
  readonly reservationId?: string;
  /** The request that holds the idempotency key this one came with. */
  readonly originalRequestId?: string;
  /** `<owner>/<limit>` that refused. */
  readonly limit?: string;
  /** Whose counter of that limit it was, where each has one. */
  readonly holder?: Holder;
  /** By the models that could run the call; the one asked for comes first. */
  readonly bounds?: readonly AuditedBound[];
  readonly reservedNanoUsd?: number;
  readonly actualNanoUsd?: number;
  /** Decimal USD. */
  readonly cost?: string;
  readonly usage?: TokenUsage;
  readonly latencyMs?: number;
  readonly settlement?: 'settled' | 'worst_case' | 'released' | 'pending';
  readonly error?: { readonly code: ProblemCode; readonly name?: string };
  /** Only when the policy says to log prompts; nothing here reads them. */
  readonly prompt?: unknown;
  readonly completion?: unknown;
}

/** Facts of a completed call. */
export interface AuditedCall
  extends Omit<AuditLine, 'kind' | 'requestId' | 'at' | 'decision' | 'limit' | 'holder' | 'cost'> {
  /** The limit that denied it. */
  readonly deniedBy?: Pick<Limit, 'owner' | 'name'>;
}

export function toAuditLine(call: AuditedCall, at: EpochMs): AuditLine {
  const { tags, caller, sessionId, who, outcome, deniedBy, ...facts } = call;
  const { actualNanoUsd } = facts;
  return {
    kind: 'audit',
    requestId: tags.requestId,
    at: isoTimestamp(at),
    tags,
    ...(caller && { caller }),
    ...(sessionId !== undefined && { sessionId }),
    ...(who && Object.keys(who).length > 0 && { who }),
    decision: outcome === 'succeeded' || outcome === 'failed' ? 'approved' : outcome,
    outcome,
    ...(deniedBy && { limit: `${deniedBy.owner.name}/${deniedBy.name}` }),
    ...(deniedBy?.owner.holder && { holder: deniedBy.owner.holder }),
    ...(actualNanoUsd !== undefined && { cost: formatUsd(actualNanoUsd) }),
    ...facts,
  };
}

/** An operator's change of a limit. */
export interface OverrideAuditLine {
  readonly kind: 'audit';
  readonly event: 'limit_override';
  /** When the line was written, ISO 8601 UTC. */
  readonly at: string;
  /** The same for every line about this change. */
  readonly id: string;
  readonly action: OverrideRecord['action'];
  /** `<owner kind>#<owner name>/<limit>`. */
  readonly limit: string;
  /** Whose amount it is, where it is not that of a whole limit. */
  readonly holder?: Holder;
  /** In `unit`; nano-USD for usd. */
  readonly amount?: number;
  readonly unit?: Unit;
  readonly until?: string;
  readonly reason: string;
  readonly author: string;
  readonly createdAt: string;
}

export function overrideAuditLine(record: OverrideRecord, at: EpochMs): OverrideAuditLine {
  const { key, audited: _, isKept: __, ...rest } = record;
  const holder = holderOfOverride(key);
  return {
    kind: 'audit',
    event: 'limit_override',
    at: isoTimestamp(at),
    limit: limitKeyOf(key),
    ...(holder && { holder }),
    ...rest,
  };
}

/** An operator's change of a key, or a token made for an identity. */
export interface KeyChange {
  /** The same for every line about this change. */
  readonly id: string;
  readonly action: 'create' | 'revoke' | 'rotate';
  /** Id of the key or token. */
  readonly key: string;
  /** Of a rotation: the id of the key that it replaces. */
  readonly replaces?: string;
  /** Absent for a token: it is decided at each use. */
  readonly costCenter?: string;
  readonly author: string;
  /** ISO 8601 UTC. */
  readonly changedAt: string;
}

export interface KeyAuditLine extends KeyChange {
  readonly kind: 'audit';
  readonly event: 'key_change';
  /** When the line was written, ISO 8601 UTC. */
  readonly at: string;
}

export const keyAuditLine = (change: KeyChange, at: EpochMs): KeyAuditLine => ({
  kind: 'audit',
  event: 'key_change',
  at: isoTimestamp(at),
  ...change,
});
