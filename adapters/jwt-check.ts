/** Checks JWTs with jose, against the keys that their issuer publishes. */
import { createRemoteJWKSet, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import type { JwtCheck } from '../core/call/identity/jwt-check.ts';
import { IdentityUnavailableError } from '../core/errors.ts';
import { printable } from '../core/safe-text.ts';
import type { Clock } from '../core/time.ts';
import { stringField, toUnvalidated } from '../core/unvalidated.ts';

interface Issuer {
  readonly issuer: string;
  readonly audience: readonly string[];
  /** Absent: discovered at the issuer. */
  readonly jwksUrl?: string;
}

/** Signatures with a public key alone: with a secret, the one who checks could sign. */
const ALGORITHMS = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
];
const TOKEN_LENGTH_MAX = 16_384;
const SKEW_SECONDS = 30;
const ANSWER_MS = 3_000;
/** A key that the issuer has withdrawn is honored no longer than this. */
const JWKS_MS = 10 * 60_000;

export function createJwtCheck(issuer: Issuer, clock: Clock): JwtCheck {
  let keys: Promise<JWTVerifyGetKey> | undefined;
  const keysOnce = (): Promise<JWTVerifyGetKey> => {
    keys ??= keysOf(issuer).catch((error: unknown) => {
      keys = undefined;
      throw error;
    });
    return keys;
  };
  return {
    verify: async (token) => {
      if (token.length > TOKEN_LENGTH_MAX) return { outcome: 'refused', reason: 'it is too long' };
      try {
        const { payload } = await jwtVerify(token, await keysOnce(), {
          algorithms: ALGORITHMS,
          issuer: issuer.issuer,
          audience: [...issuer.audience],
          requiredClaims: ['exp'],
          clockTolerance: SKEW_SECONDS,
          currentDate: new Date(clock.now()),
        });
        return { outcome: 'known', claims: claimTexts(payload) };
      } catch (error) {
        if (error instanceof IdentityUnavailableError) return { outcome: 'unavailable', error };
        if (isRefusal(error)) return { outcome: 'refused', reason: printable(error.message, 200) };
        return { outcome: 'unavailable', error: unavailable(error) };
      }
    },
  };
}

/** Errors about a token; all others are about reading the keys. */
const REFUSALS = [
  errors.JWTExpired,
  errors.JWTClaimValidationFailed,
  errors.JWTInvalid,
  errors.JWSInvalid,
  errors.JWSSignatureVerificationFailed,
  errors.JWKSNoMatchingKey,
  errors.JWKSMultipleMatchingKeys,
  errors.JOSEAlgNotAllowed,
  errors.JOSENotSupported,
];

const isRefusal = (error: unknown): error is Error =>
  REFUSALS.some((refusal) => error instanceof refusal);

async function keysOf({ issuer, jwksUrl }: Issuer): Promise<JWTVerifyGetKey> {
  const url = jwksUrl ?? (await discover(issuer));
  return createRemoteJWKSet(new URL(url), { timeoutDuration: ANSWER_MS, cacheMaxAge: JWKS_MS });
}

/** @see https://openid.net/specs/openid-connect-discovery-1_0.html */
async function discover(issuer: string): Promise<string> {
  try {
    const response = await fetch(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`, {
      signal: AbortSignal.timeout(ANSWER_MS),
      redirect: 'error',
    });
    if (!response.ok) throw new Error(`status ${response.status}`);
    const found = toUnvalidated(await response.json());
    const url = stringField(found, 'jwks_uri') ?? '';
    // Keys that came in the clear could be anyone's.
    if (stringField(found, 'issuer') !== issuer || !url.startsWith('https://')) {
      throw new Error('its configuration names another issuer, or keys without HTTPS');
    }
    return url;
  } catch (error) {
    throw unavailable(error);
  }
}

const unavailable = (cause: unknown): IdentityUnavailableError =>
  new IdentityUnavailableError('the keys of the identity provider could not be read', cause);

/** As an HTTP API passes claims on: each as text, a list of plain names as `[a b]`. */
const claimTexts = (claims: JWTPayload): Record<string, string> =>
  Object.fromEntries(Object.entries(claims).map(([name, value]) => [name, claimText(value)]));

function claimText(value: unknown): string {
  if (Array.isArray(value) && value.every(isPlainName)) return `[${value.join(' ')}]`;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** A list with `a b` would be one with `a` and `b`. */
const isPlainName = (value: unknown): boolean =>
  typeof value === 'number' || (typeof value === 'string' && /^[^\s,]+$/.test(value));
