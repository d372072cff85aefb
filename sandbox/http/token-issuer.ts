/** The sandbox's OpenID provider: issues JWTs and checks them. */
import { createServer } from 'node:http';
import {
  createLocalJWKSet,
  errors,
  exportJWK,
  generateKeyPair,
  type JSONWebKeySet,
  jwtVerify,
  SignJWT,
} from 'jose';
import { JWT_AUDIENCE, JWT_ISSUER } from '../base/jwt-issuer.ts';
import { close, listen, sendJson } from '../base/loopback-server.ts';

export interface TokenIssuer {
  readonly jwks: JSONWebKeySet;
  /** A token with these claims, valid for an hour. */
  mint(claims: Readonly<Record<string, unknown>>): Promise<string>;
  /** The claims as an HTTP API passes them on, or the reason why the token is rejected. */
  verify(token: string): Promise<{ claims: Record<string, string> } | { refused: string }>;
}

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
      new SignJWT({ iss: JWT_ISSUER, aud: JWT_AUDIENCE, sub: 'sandbox', ...claims })
        .setProtectedHeader({ alg: ALGORITHM, kid: KEY_ID })
        .setIssuedAt()
        .setExpirationTime('1h')
        .sign(privateKey),
    verify: async (token) => {
      try {
        const { payload } = await jwtVerify(token, keys, {
          algorithms: [ALGORITHM],
          issuer: JWT_ISSUER,
          audience: JWT_AUDIENCE,
          requiredClaims: ['exp'],
        });
        return { claims: httpApiClaims(payload) };
      } catch (error) {
        if (!(error instanceof errors.JOSEError)) throw error;
        return { refused: `The bearer token is not valid: ${error.message}.` };
      }
    },
  };
}

const httpApiClaims = (claims: object): Record<string, string> =>
  Object.fromEntries(Object.entries(claims).map(([name, value]) => [name, httpApiText(value)]));

/** An HTTP API writes lists and objects of a claim so: `[a b]` can be one name or two. */
function httpApiText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(httpApiText).join(' ')}]`;
  if (value === null) return '<nil>';
  if (typeof value !== 'object') return String(value);
  const entries = Object.entries(value).map(([name, each]) => `${name}:${httpApiText(each)}`);
  return `map[${entries.join(' ')}]`;
}

/** Serves the keys to the functions, which start before the sandbox's own port is known. */
export async function startJwksServer({ jwks }: Pick<TokenIssuer, 'jwks'>) {
  const server = createServer((_request, response) =>
    sendJson(response, { status: 200, body: jwks }),
  );
  const url = await listen(server);
  return { url, close: () => close(server) };
}
