/** The sandbox's OpenID provider: issues JWTs and checks them. */
import {
  createLocalJWKSet,
  errors,
  exportJWK,
  generateKeyPair,
  type JSONWebKeySet,
  type JWTPayload,
  jwtVerify,
  SignJWT,
} from 'jose';

export interface TokenIssuer {
  readonly jwks: JSONWebKeySet;
  /** A token with these claims, valid for an hour. */
  mint(claims: Readonly<Record<string, unknown>>): Promise<string>;
  /** The claims as an HTTP API passes them on, or the reason why the token is rejected. */
  verify(token: string): Promise<{ claims: Record<string, string> } | { refused: string }>;
}

const ISSUER = 'https://sandbox.invalid';
const AUDIENCE = 'bedrock-cost-sentry';
const ALGORITHM = 'ES256';
const KEY_ID = 'sandbox';

/** Each start creates a new key, so older tokens become invalid. */
export async function createTokenIssuer(): Promise<TokenIssuer> {
  const { publicKey, privateKey } = await generateKeyPair(ALGORITHM);
  const jwk = await exportJWK(publicKey);
  const jwks = { keys: [{ ...jwk, kid: KEY_ID, alg: ALGORITHM, use: 'sig' }] };
  const keys = createLocalJWKSet(jwks);
  return {
    jwks,
    mint: (claims) =>
      new SignJWT({ iss: ISSUER, aud: AUDIENCE, sub: 'sandbox', ...claims })
        .setProtectedHeader({ alg: ALGORITHM, kid: KEY_ID })
        .setIssuedAt()
        .setExpirationTime('1h')
        .sign(privateKey),
    verify: async (token) => {
      try {
        const { payload } = await jwtVerify(token, keys, {
          algorithms: [ALGORITHM],
          issuer: ISSUER,
          audience: AUDIENCE,
          requiredClaims: ['exp'],
        });
        return { claims: asText(payload) };
      } catch (error) {
        if (!(error instanceof errors.JOSEError)) throw error;
        return { refused: `The bearer token is not valid: ${error.message}.` };
      }
    },
  };
}

/** An HTTP API passes every claim as text, a list as `[a b]`. */
const asText = (claims: JWTPayload): Record<string, string> =>
  Object.fromEntries(
    Object.entries(claims).map(([name, value]) => [
      name,
      Array.isArray(value)
        ? `[${value.join(' ')}]`
        : typeof value === 'object'
          ? JSON.stringify(value)
          : String(value),
    ]),
  );
