/** Checks SigV4 signatures as API Gateway does: signs the request again and compares. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import type { RoleIdentity } from '../setup/demo-identities.ts';

export interface SignedRequest {
  readonly method: string;
  /** As sent, with the query. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

type Verification = { readonly role: RoleIdentity } | { readonly refused: string };

const SERVICES = ['execute-api', 'lambda'];
const WINDOW_MS = 5 * 60 * 1000;
const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 +Credential=([^/,\s]+)\/(\d{8})\/([a-z0-9-]+)\/([a-z0-9-]+)\/aws4_request, *SignedHeaders=([^,\s]+), *Signature=([0-9a-f]{64})$/;
const AMZ_DATE = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/;

const NO_CREDENTIALS =
  'The request has no credentials: sign it with those of GET /_sandbox/identities, or send a token ' +
  'of POST /_sandbox/token (sandbox/README.md).';

/** @param now the host's time: a signer's clock does not follow the sandbox's. */
export async function verifySigV4(
  request: SignedRequest,
  roles: readonly RoleIdentity[],
  now: number = Date.now(),
  services: readonly string[] = SERVICES,
): Promise<Verification> {
  const { authorization = '' } = request.headers;
  if (authorization === '') return { refused: NO_CREDENTIALS };
  const parts = AUTHORIZATION.exec(authorization);
  if (!parts) return { refused: 'The Authorization header is not an AWS4-HMAC-SHA256 signature.' };
  const [, accessKeyId, day = '', region = '', service = '', signedList = '', signature = ''] =
    parts;
  const role = roles.find((each) => each.accessKeyId === accessKeyId);
  if (!role) return { refused: 'Unknown access key: see GET /_sandbox/identities.' };
  if (!services.includes(service)) {
    return {
      refused: `The signature is for service ${service}: sign for ${services.join(' or ')}.`,
    };
  }
  const signed = signedList.split(';');
  if (!signed.includes('host') || !signed.includes('x-amz-date')) {
    return { refused: 'The headers host and x-amz-date must be signed.' };
  }
  const amzDate = request.headers['x-amz-date'] ?? '';
  const date = Date.parse(amzDate.replace(AMZ_DATE, '$1-$2-$3T$4:$5:$6Z'));
  if (!AMZ_DATE.test(amzDate) || !amzDate.startsWith(day)) {
    return { refused: 'X-Amz-Date does not match the credential scope.' };
  }
  if (!(Math.abs(now - date) <= WINDOW_MS)) {
    return { refused: 'X-Amz-Date differs from the current time by more than five minutes.' };
  }
  const bodyHash = createHash('sha256').update(request.body).digest('hex');
  if ((request.headers['x-amz-content-sha256'] ?? bodyHash) !== bodyHash) {
    return { refused: 'X-Amz-Content-Sha256 is not the hash of the body.' };
  }
  const expected = await signatureOf(request, { role, region, service, signed, date });
  const equal = timingSafeEqual(Buffer.from(expected, 'hex'), Buffer.from(signature, 'hex'));
  return equal ? { role } : { refused: 'The signature does not match the request.' };
}

interface Scope {
  readonly role: RoleIdentity;
  readonly region: string;
  readonly service: string;
  readonly signed: readonly string[];
  readonly date: number;
}

async function signatureOf(request: SignedRequest, scope: Scope): Promise<string> {
  const signer = new SignatureV4({
    credentials: scope.role,
    region: scope.region,
    service: scope.service,
    sha256: Sha256,
    applyChecksum: false,
  });
  const url = new URL(request.url, 'http://sandbox');
  const headers = Object.fromEntries(
    scope.signed.map((name) => [name, request.headers[name] ?? '']),
  );
  const { headers: signedHeaders } = await signer.sign(
    {
      method: request.method,
      protocol: 'http:',
      hostname: 'sandbox',
      path: url.pathname,
      query: queryOf(url),
      headers,
      body: request.body,
    },
    { signingDate: new Date(scope.date), signableHeaders: new Set(scope.signed) },
  );
  return /Signature=([0-9a-f]{64})/.exec(signedHeaders.authorization ?? '')?.[1] ?? '';
}

function queryOf(url: URL): Record<string, string | string[]> {
  const names = new Set(url.searchParams.keys());
  return Object.fromEntries([...names].map((name) => [name, url.searchParams.getAll(name)]));
}
