/** Makes and revokes short-lived tokens of identities that AWS has authenticated. */
import { LedgerUnavailableError } from '../../errors.ts';
import type { InputProblem } from '../../input-problem.ts';
import { isJsonObject } from '../../json-value.ts';
import { quoted } from '../../safe-text.ts';
import { unknownValueMessage } from '../../schema-errors.ts';
import type { KeyChange } from '../../telemetry/audit-line.ts';
import { type Clock, type EpochMs, isoTimestamp } from '../../time.ts';
import {
  keyText,
  SECRET_BYTES,
  TOKEN_ID_BYTES,
  type TokenKind,
  tokenParts,
} from './proxy-key-format.ts';
import { isInForce, type KeySecrets, type TokenRecord } from './proxy-key-record.ts';

/** The tokens of one identity, as last read. */
export interface LiveTokens {
  /** By id. */
  readonly expiries: ReadonlyMap<string, EpochMs>;
  /** Changes with each write; absent: nothing is stored. */
  readonly version?: string;
}

/** Methods throw a LedgerUnavailableError. */
export interface TokenStore {
  tokensOf(arn: string): Promise<LiveTokens>;
  /** False if another request has changed them since they were read. */
  replaceTokensOf(
    arn: string,
    seen: LiveTokens,
    expiries: ReadonlyMap<string, EpochMs>,
  ): Promise<boolean>;
  writeToken(record: TokenRecord): Promise<void>;
  /** Keeps a change until the audit log has it. */
  recordChange(change: KeyChange): Promise<void>;
}

interface MintPorts {
  readonly tokens: TokenStore;
  readonly secrets: KeySecrets;
  readonly random: { bytes(count: number): Uint8Array };
  readonly clock: Clock;
}

interface TokenRequest {
  readonly kind: TokenKind;
  readonly lifetimeMs: number;
}

type MintResult =
  | { readonly outcome: 'made'; readonly record: TokenRecord; readonly token: string }
  | { readonly outcome: 'too_many'; readonly freeAt: EpochMs };

const HOUR_SECONDS = 3_600;
export const LIFETIME_SECONDS_MIN = 60;
/** An operator's token can do more, so it ends sooner. */
export const LIFETIME_SECONDS_MAX = { caller: 12 * HOUR_SECONDS, operator: HOUR_SECONDS } as const;
export const LIVE_TOKENS_MAX = 20;
/** Requests of one identity at the same moment. */
const ATTEMPTS_MAX = 10;

const NAMES = ['expiresInSeconds', 'operator'];

export function parseTokenRequest(
  input: unknown,
): { readonly value: TokenRequest } | { readonly problems: readonly InputProblem[] } {
  if (!isJsonObject(input)) return { problems: [{ path: '$', message: 'must be a JSON object' }] };
  const problems: InputProblem[] = Object.keys(input)
    .filter((name) => !NAMES.includes(name))
    .map((name) => ({ path: `$.${name}`, message: unknownValueMessage('property', name, NAMES) }));
  const { expiresInSeconds: seconds = HOUR_SECONDS, operator = false } = input;
  if (typeof operator !== 'boolean') {
    const message = `must be true or false, not ${quoted(operator)}`;
    problems.push({ path: '$.operator', message });
  }
  const kind = operator === true ? 'operator' : 'caller';
  const most = LIFETIME_SECONDS_MAX[kind];
  const isInRange =
    typeof seconds === 'number' &&
    Number.isInteger(seconds) &&
    seconds >= LIFETIME_SECONDS_MIN &&
    seconds <= most;
  if (!isInRange) {
    const whose = kind === 'operator' ? ' for an operator' : '';
    const message = `must be a whole number from ${LIFETIME_SECONDS_MIN} to ${most}${whose}, not ${quoted(seconds)}`;
    problems.push({ path: '$.expiresInSeconds', message });
  }
  if (problems.length > 0) return { problems };
  return { value: { kind, lifetimeMs: Number(seconds) * 1_000 } };
}

/** @param arn of the identity that signed the request. */
export async function mintToken(
  ports: MintPorts,
  arn: string,
  { kind, lifetimeMs }: TokenRequest,
): Promise<MintResult> {
  const { tokens, random, secrets, clock } = ports;
  const now = clock.now();
  const parts = tokenParts(kind, random.bytes(TOKEN_ID_BYTES), random.bytes(SECRET_BYTES));
  const { id } = parts;
  const expiresAt = now + lifetimeMs;
  const full = await countIn(tokens, arn, { id, expiresAt }, now);
  if (full) return full;
  const secretHash = secrets.sha256(parts.secret);
  const record: TokenRecord = { id, kind, secretHash, arn, createdAt: now, expiresAt };
  const changedAt = isoTimestamp(now);
  await tokens.recordChange({
    id: `${changedAt}@${id}@create`,
    action: 'create',
    key: id,
    author: arn,
    changedAt,
  });
  await tokens.writeToken(record);
  return { outcome: 'made', record, token: keyText(parts) };
}

/** Counted before it exists: if this process ends in between, the place is free again in time. */
async function countIn(
  tokens: TokenStore,
  arn: string,
  { id, expiresAt }: Pick<TokenRecord, 'id' | 'expiresAt'>,
  now: EpochMs,
): Promise<Extract<MintResult, { outcome: 'too_many' }> | undefined> {
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
    const seen = await tokens.tokensOf(arn);
    const live = [...seen.expiries].filter(([, end]) => end > now);
    if (live.length >= LIVE_TOKENS_MAX) {
      return { outcome: 'too_many', freeAt: Math.min(...live.map(([, end]) => end)) };
    }
    const next = new Map([...live, [id, expiresAt]]);
    if (await tokens.replaceTokensOf(arn, seen, next)) return undefined;
  }
  throw new LedgerUnavailableError('too many tokens of this identity were made at once: try again');
}

interface TokenRevocation {
  readonly tokens: Pick<TokenStore, 'writeToken' | 'recordChange'> & {
    readToken(id: string): Promise<TokenRecord | undefined>;
  };
  readonly clock: Clock;
}

/** @returns undefined for an unknown token. */
export async function revokeToken(
  { tokens, clock }: TokenRevocation,
  id: string,
  author: string,
): Promise<TokenRecord | undefined> {
  const found = await tokens.readToken(id);
  if (!found) return undefined;
  const now = clock.now();
  const changedAt = isoTimestamp(now);
  const record = { ...found, revokedAt: found.revokedAt ?? now };
  const change = { id: `${changedAt}@${id}@revoke`, key: id, author, changedAt };
  await tokens.recordChange({ ...change, action: 'revoke' });
  await tokens.writeToken(record);
  return record;
}

/** A token as shown: everything except the hash of its secret. */
export function tokenReport({ secretHash: _, ...record }: TokenRecord, now: EpochMs) {
  const { createdAt, expiresAt, revokedAt, ...rest } = record;
  const status =
    revokedAt !== undefined ? 'revoked' : isInForce(record, now) ? 'active' : 'expired';
  return {
    ...rest,
    status,
    createdAt: isoTimestamp(createdAt),
    expiresAt: isoTimestamp(expiresAt),
    ...(revokedAt !== undefined && { revokedAt: isoTimestamp(revokedAt) }),
  };
}
