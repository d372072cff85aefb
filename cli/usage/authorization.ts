/** Who asks a deployed API: nobody, an AWS identity that signs, or the bearer of a token. */
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
 * @param auth `auto`: the token where there is one, else signed; over http only the token, and only
 * to this machine, as anybody on the way could read it.
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
        : { problem: { path: TOKEN_VARIABLE, message: 'must hold the token for --auth jwt' } };
    default:
      return { problem: { path: '--auth', message: unknownAuth(auth) } };
  }
}

const unknownAuth = (auth: string): string =>
  `must be one of ${AUTHS.join(', ')}, got ${quoted(auth)}`;

/** The names of AWS tell the service and the region; a domain of one's own is an API's. */
const AWS_HOST = /^[a-z0-9]+\.(execute-api|lambda-url)\.([a-z0-9-]+)\./;

/** With the credentials and, where the URL names none, the region that other AWS tools find too. */
async function signed(url: URL): Promise<Readonly<Record<string, string>>> {
  const [, host, hostRegion] = AWS_HOST.exec(url.hostname) ?? [];
  // Any client finds them the same way; this one is there already.
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
  // fetch sets it itself, to the same.
  const { host: _, ...rest } = headers;
  return rest;
}
