/** Signs requests to a deployed API or Function URL with SigV4. */
import { Sha256 } from '@aws-crypto/sha256-js';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SignatureV4 } from '@smithy/signature-v4';

interface UnsignedRequest {
  readonly method: string;
  readonly url: URL;
  /** Where no variable and no profile names one; absent: that is an error. */
  readonly defaultRegion?: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Of another AWS service; absent: by the host, an API or a Function URL. */
  readonly scope?: { readonly service: string; readonly region: string };
}

/** AWS host names contain the service and region; a custom domain is an API's. */
const AWS_HOST = /^[a-z0-9]+\.(execute-api|lambda-url)\.([a-z0-9-]+)\./;

/** Uses the default credentials and, if the URL has no region, the default region. */
export async function signedHeaders(
  request: UnsignedRequest,
): Promise<Readonly<Record<string, string>>> {
  const { method, url, body, defaultRegion, scope } = request;
  const [, host, hostRegion] = AWS_HOST.exec(url.hostname) ?? [];
  // Any client resolves them the same way; this one is already a dependency.
  const client = new DynamoDBClient();
  const signer = new SignatureV4({
    credentials: client.config.credentials,
    region: scope?.region ?? hostRegion ?? defaultRegion ?? client.config.region,
    service: scope?.service ?? (host === 'lambda-url' ? 'lambda' : 'execute-api'),
    sha256: Sha256,
  });
  const { headers } = await signer.sign({
    method,
    protocol: url.protocol,
    hostname: url.hostname,
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers: { ...request.headers, host: url.host },
    ...(body !== undefined && { body }),
  });
  client.destroy();
  // fetch sets the same value itself.
  const { host: _, ...rest } = headers;
  return rest;
}
