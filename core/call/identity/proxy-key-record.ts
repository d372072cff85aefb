/** A key as it is stored: what it is bound to, and the hash of its secret. */
import type { EpochMs } from '../../time.ts';
import type { TokenKind } from './proxy-key-format.ts';

/** Permissions of a key. */
export interface KeyBinding {
  readonly costCenter: string;
  readonly application?: string;
  readonly environment?: string;
  /** Aliases; absent: all of the cost center. */
  readonly models?: readonly string[];
  readonly user?: string;
  /** Several people use it, and it names none of them. */
  readonly isShared?: boolean;
  readonly groups?: readonly string[];
}

export interface KeyRecord extends KeyBinding {
  readonly id: string;
  /** The same for a key and those it was rotated to. */
  readonly family: string;
  /** SHA-256 of the secret, hexadecimal: it has 256 random bits and needs no slow hash. */
  readonly secretHash: string;
  readonly name?: string;
  readonly author: string;
  readonly createdAt: EpochMs;
  readonly expiresAt?: EpochMs;
  readonly revokedAt?: EpochMs;
}

/** A token as it is stored: who asked for it. What it may do is decided at each use. */
export interface TokenRecord {
  readonly id: string;
  readonly kind: TokenKind;
  /** SHA-256 of the secret, hexadecimal. */
  readonly secretHash: string;
  /** ARN of the identity that signed the request. */
  readonly arn: string;
  readonly createdAt: EpochMs;
  readonly expiresAt: EpochMs;
  readonly revokedAt?: EpochMs;
}

export type CredentialRecord = KeyRecord | TokenRecord;

export const isToken = (record: CredentialRecord): record is TokenRecord => 'arn' in record;

/** Expired keys may stay in the table for days, and count as absent. */
export const isInForce = (
  { expiresAt, revokedAt }: Pick<KeyRecord, 'expiresAt' | 'revokedAt'>,
  now: EpochMs,
): boolean => revokedAt === undefined && (expiresAt === undefined || expiresAt > now);

/** Where keys and tokens are read for requests. */
export interface KeyReader {
  /** @throws LedgerUnavailableError */
  read(id: string): Promise<CredentialRecord | undefined>;
  /** Records the day of use of a key, `2026-11-29`. */
  used(id: string, day: string): Promise<void>;
}

export interface KeySecrets {
  /** Hexadecimal. */
  sha256(text: string): string;
  /** Takes the same time wherever the texts differ. */
  isEqual(left: string, right: string): boolean;
}
