/** Authenticates requests to a deployed API: none, SigV4, or a token. */
import { Sha256 } from '@aws-crypto/sha256-js';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SignatureV4 } from '@smithy/signature-v4';
import type { InputProblem } from '../../core/input-problem.ts';
import { quoted } from '../../core/safe-text.ts';
import type { Io } from '../terminal/io.ts';

export const AUTHS = ['auto', 'none', 'iam', 'jwt'] as const;
const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;
const TOKEN_VARIABLE = 'COST_SENTRY_TOKEN';

/** The headers to send with a GET. */
export type Authorize = (url: URL) => Promise<Readonly<Record<string, string>>>;

/**
 * @param auth `auto`: the token if set, otherwise SigV4; over http, only the token and only to
 * localhost, because http is not encrypted.
 */
export function authorization(
  auth: string,
  url: URL,
  { env }: Pick<Io, 'env'>,
): { readonly authorize: Authorize } | { readonly problem: InputProblem } {
  const token = env[TOKEN_VARIABLE];
  const isSecret = url.protocol === 'https:';
  const automatic =
    token && (isSecret || LOOPBACK.test(url.hostname)) ? 'jwt' : isSecret ? 'iam' : 'none';
  switch (auth === 'auto' ? automatic : auth) {
    case 'none':
      return { authorize: async () => ({}) };
    case 'iam':
      return { authorize: signed };
    case 'jwt':
      return token
        ? { authorize: async () => ({ authorization: `Bearer ${token}` }) }
        : { problem: { path: TOKEN_VARIABLE, message: 'is required for --auth jwt' } };
    default:
      return { problem: { path: '--auth', message: unknownAuth(auth) } };
  }
}

const unknownAuth = (auth: string): string =>
  `must be one of ${AUTHS.join(', ')}, got ${quoted(auth)}`;

/** AWS host names contain the service and region; a custom domain is an API's. */
const AWS_HOST = /^[a-z0-9]+\.(execute-api|lambda-url)\.([a-z0-9-]+)\./;

/** Uses the default credentials and, if the URL has no region, the default region. */
async function signed(url: URL): Promise<Readonly<Record<string, string>>> {
  const [, host, hostRegion] = AWS_HOST.exec(url.hostname) ?? [];
  // Any client resolves them the same way; this one is already a dependency.
  const client = new DynamoDBClient();
  const signer = new SignatureV4({
    credentials: client.config.credentials,
    region: hostRegion ?? client.config.region,
    service: host === 'lambda-url' ? 'lambda' : 'execute-api',
    sha256: Sha256,
  });
  const { headers } = await signer.sign({
    method: 'GET',
    protocol: url.protocol,
    hostname: url.hostname,
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers: { host: url.host },
  });
  client.destroy();
  // fetch sets the same value itself.
  const { host: _, ...rest } = headers;
  return rest;
}
