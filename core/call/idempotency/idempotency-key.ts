/** The key of a request that must be charged once, and what it is bound to. */

import type { Caller } from '../../caller.ts';
import { canonicalJson } from '../../canonical-json.ts';
import { quoted } from '../../safe-text.ts';
import { roleArn } from '../context/caller-cost-centers.ts';
import type { Claim, Digest } from './ports.ts';

const KEY = /^[\x20-\x7e]{1,255}$/;

/** The problem of a key from outside, or undefined. */
export function idempotencyKeyProblem(key: unknown): string | undefined {
  if (typeof key === 'string' && KEY.test(key)) return undefined;
  const given = typeof key === 'string' ? `${key.length} characters, ${quoted(key)}` : quoted(key);
  return `must be 1 to 255 printable ASCII characters, got ${given}`;
}

interface KeyedRequest {
  readonly key: string;
  readonly caller?: Caller | undefined;
  /** Of the caller: several people can share a role. */
  readonly user?: string | undefined;
  readonly costCenter: string;
  readonly request: unknown;
  readonly attemptId: string;
}

/** A key counts for one caller, person and cost center: keys of different ones never meet. */
export function toClaim(digest: Digest, keyed: KeyedRequest): Claim {
  const { key, caller, user, costCenter, request, attemptId } = keyed;
  const sender = [caller ? identityOf(caller) : null, user ?? null];
  return {
    record: digest.sha256(canonicalJson([...sender, costCenter, key])),
    fingerprint: digest.sha256(canonicalJson(request)),
    attemptId,
  };
}

/**
 * The stable part of a caller: a role without its session, a subject without the
 * token. A token without a subject is identified by all its claims.
 */
function identityOf(caller: Caller): readonly unknown[] {
  if (caller.kind === 'iam') return ['iam', roleArn(caller.arn)];
  if (caller.kind === 'key') return ['key', caller.id];
  const { claims } = caller;
  return Object.hasOwn(claims, 'sub') ? ['jwt', claims.iss ?? null, claims.sub] : ['jwt', claims];
}
