/**
 * Requests to a REST API with response streaming, as its document, stage and policies have it:
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode-lambda.html
 */
import { randomUUID } from 'node:crypto';
import { parseJson } from '../../../sandbox/base/json.ts';
import { LOOPBACK } from '../../../sandbox/base/loopback-server.ts';
import { decide } from '../../support/iam/decide.ts';
import { parsePolicy } from '../../support/iam/policy.ts';
import type { StreamedBytes } from './deployed-functions.ts';
import { ACCOUNT, type Facade } from './facade.ts';
import type { FrontRequest } from './front-request.ts';
import { integrationOf } from './fronts.ts';
import { letsApiIn } from './http-api.ts';
import { listAt, recordAt, textAt } from './members.ts';

const HOST = /^([a-z0-9]+)(?:-(vpce-[0-9a-f]+))?\.execute-api\./;
const STREAMING =
  /:apigateway:us-east-1:lambda:path\/2021-11-15\/functions\/(.+)\/response-streaming-invocations$/;

/** @throws Error for an API that does not stream from a function. */
export async function requestRestApi(
  facade: Facade,
  request: FrontRequest,
): Promise<StreamedBytes> {
  const { id, endpoint, stage, path } = await targetOf(facade, request);
  const api = await facade.moto.read('apigateway', `/restapis/${id}`);
  const stages = listAt(await facade.moto.read('apigateway', `/restapis/${id}/stages`), 'item');
  const isDeployed = stages.some(
    (each) => textAt(each, 'stageName') === stage && textAt(each, 'deploymentId') !== '',
  );
  if (!isDeployed) return answered(403, 'Missing Authentication Token');
  const arn = `arn:aws:execute-api:us-east-1:${ACCOUNT}:${id}/${stage}/${request.method}${path}`;
  if (!mayInvoke(api, arn, endpoint)) return answered(403, 'explicit deny');
  const integration = integrationOf(facade.fronts.documents.get(id) ?? {}, path, request.method);
  const [, functionArn = ''] = STREAMING.exec(textAt(integration, 'uri')) ?? [];
  const { type, httpMethod, responseTransferMode } = integration;
  if (type !== 'aws_proxy' || httpMethod !== 'POST' || responseTransferMode !== 'STREAM') {
    throw new Error(`${JSON.stringify(integration)}: does not stream from a function`);
  }
  if (!(await letsApiIn(facade, functionArn, arn))) return answered(500, 'Internal server error');
  return facade.runStreamed(functionArn, eventOf(request, path, stage, id));
}

interface Target {
  /** Of the API. */
  readonly id: string;
  /** The VPC endpoint that the host names. */
  readonly endpoint?: string | undefined;
  readonly stage: string;
  readonly path: string;
}

/** By the mapping of an own domain, which has the stage in no path, or by the name of the API. */
async function targetOf(facade: Facade, { host, path: sent }: FrontRequest): Promise<Target> {
  const own = HOST.exec(host);
  if (own) {
    const [, stage = '', path = '/'] = /^\/([^/]+)(\/[^?]*)?/.exec(sent) ?? [];
    return { id: own[1] ?? '', endpoint: own[2], stage, path };
  }
  const mappings = await facade.moto.read('apigateway', `/domainnames/${host}/basepathmappings`);
  const [mapping] = listAt(mappings, 'item');
  const [path = ''] = sent.split('?');
  return { id: textAt(mapping, 'restApiId'), stage: textAt(mapping, 'stage'), path };
}

const answered = (status: number, message: string): StreamedBytes => ({
  status,
  headers: {},
  bytes: Buffer.from(JSON.stringify({ message })),
});

/** A private API is reached by a VPC endpoint alone, and by those of its policy. */
function mayInvoke(api: unknown, resource: string, endpoint: string | undefined): boolean {
  const isPrivate = listAt(recordAt(api, 'endpointConfiguration'), 'types').includes('PRIVATE');
  if (isPrivate !== (endpoint !== undefined)) return false;
  if (!isPrivate) return true;
  const document = recordAt({ of: parseJson(Buffer.from(textAt(api, 'policy'))) }, 'of');
  const statements = listAt(document, 'Statement').map((statement) => {
    const { Principal: principal, ...others } = recordAt({ of: statement }, 'of');
    if (principal !== '*') throw new Error(`${String(principal)}: is not evaluated here`);
    return others;
  });
  const policy = parsePolicy(JSON.stringify({ Version: '2012-10-17', Statement: statements }));
  const context = { 'aws:SourceVpce': endpoint ?? '' };
  const request = { action: 'execute-api:Invoke', resource, context };
  return decide([[policy]], request).outcome === 'allowed';
}

/** Payload 1.0; bodies are binary, whatever their type. */
const eventOf = (
  { method, host, headers, body }: FrontRequest,
  path: string,
  stage: string,
  apiId: string,
): object => ({
  resource: '/{path+}',
  path,
  httpMethod: method,
  headers: { ...headers, host },
  multiValueHeaders: Object.fromEntries(
    Object.entries({ ...headers, host }).map(([name, value]) => [name, [value]]),
  ),
  queryStringParameters: null,
  multiValueQueryStringParameters: null,
  pathParameters: { path: decodeURIComponent(path.slice(1)) },
  requestContext: {
    accountId: ACCOUNT,
    apiId,
    httpMethod: method,
    path: `/${stage}${path}`,
    requestId: randomUUID(),
    stage,
    identity: { sourceIp: LOOPBACK, userArn: null },
  },
  body: body.length === 0 ? null : body.toString('base64'),
  isBase64Encoded: body.length > 0,
});
