/**
 * HTTP requests to what was deployed: the HTTP API with its routes, authorizer and integration, and
 * the Function URL, as the control plane has them.
 */
import { randomUUID } from 'node:crypto';
import { isRecord, parseJson } from '../../../sandbox/base/json.ts';
import { LOOPBACK } from '../../../sandbox/base/loopback-server.ts';
import { type GatewayRequest, toGatewayEvent } from '../../../sandbox/http/api-gateway-event.ts';
import type { AuthorizerContext } from '../../../sandbox/http/authorizer.ts';
import { sessionArn } from '../../../sandbox/setup/demo-identities.ts';
import { ACCOUNT, type Facade } from './facade.ts';
import { lets } from './function-policies.ts';
import { listAt, recordAt, textAt } from './members.ts';

interface HttpRequest {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** ARN of the role that signs it. */
  readonly roleArn?: string;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: unknown;
}

type FrontDoor = NonNullable<Parameters<typeof toGatewayEvent>[2]>;

const STAGE = '$default';

/** Sends a request to the HTTP API. @throws Error for what a deployment of this module lacks. */
export async function requestApi(
  facade: Facade,
  endpoint: string,
  request: HttpRequest,
): Promise<HttpAnswer> {
  const { hostname } = new URL(endpoint);
  const api = `/v2/apis/${hostname.split('.')[0]}`;
  const read = (path: string) => facade.moto.read('apigateway', `${api}${path}`);
  const stages = listAt(await read('/stages'), 'items');
  if (!stages.some((stage) => textAt(stage, 'stageName') === STAGE)) throw new Error('no stage');
  const asked = `${request.method} ${request.path.split('?')[0]}`;
  const routes = listAt(await read('/routes'), 'items');
  const route =
    routes.find((each) => textAt(each, 'routeKey') === asked) ??
    routes.find((each) => isBelow(textAt(each, 'routeKey'), request.path));
  if (!route) return refused(404, 'Not Found');
  const routeKey = textAt(route, 'routeKey');
  const arn = `arn:aws:execute-api:us-east-1:${ACCOUNT}:${hostname.split('.')[0]}/${STAGE}/${routeKey.replace(' ', '')}`;
  const type = textAt(route, 'authorizationType');
  if (!['AWS_IAM', 'NONE'].includes(type)) throw new Error(`${type}: is not run here`);
  const isLetIn = type === 'NONE' || (await mayCall(facade, request, 'execute-api:Invoke', arn));
  if (!isLetIn) return refused(403, 'Forbidden');
  const integration = await read(`/${textAt(route, 'target')}`);
  const functionArn = textAt(integration, 'integrationUri');
  if (textAt(integration, 'payloadFormatVersion') !== '2.0') throw new Error('not payload 2.0');
  if (!(await letsApiIn(facade, functionArn, arn))) return refused(500, 'Internal Server Error');
  const door = { accountId: ACCOUNT, domainName: hostname, routeKeyOf: () => routeKey };
  return invoke(facade, functionArn, door, type === 'NONE' ? { ...request, roleArn: '' } : request);
}

/** Sends a request to the Function URL of a function. */
export async function requestFunctionUrl(
  facade: Facade,
  functionName: string,
  request: HttpRequest,
): Promise<HttpAnswer> {
  const path = `/2021-10-31/functions/${functionName}/url`;
  const config = await facade.moto.read('lambda', path);
  const type = textAt(config, 'AuthType');
  if (type !== 'AWS_IAM') throw new Error(`${type}: is not run here`);
  const arn = textAt(config, 'FunctionArn');
  // Since October 2025 both: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html
  const isLetIn =
    (await mayCall(facade, request, 'lambda:InvokeFunctionUrl', arn, {
      'lambda:FunctionUrlAuthType': type,
    })) &&
    (await mayCall(facade, request, 'lambda:InvokeFunction', arn, {
      'lambda:InvokedViaFunctionUrl': 'true',
    }));
  if (!isLetIn) return refused(403, 'Forbidden');
  const { hostname } = new URL(textAt(config, 'FunctionUrl'));
  const door = { accountId: ACCOUNT, domainName: hostname, routeKeyOf: () => STAGE };
  return invoke(facade, arn, door, request);
}

/** Whether a path is below that of a greedy route of any method. */
const isBelow = (routeKey: string, path: string): boolean =>
  routeKey.startsWith('ANY ') &&
  routeKey.endsWith('/{proxy+}') &&
  path.startsWith(routeKey.slice('ANY '.length, -'{proxy+}'.length));

const refused = (status: number, message: string): HttpAnswer => ({
  status,
  headers: {},
  body: { message },
});

const mayCall = async (
  { access }: Facade,
  { roleArn }: HttpRequest,
  action: string,
  resource: string,
  context: Readonly<Record<string, string>> = {},
): Promise<boolean> =>
  roleArn !== undefined && (await access.allows(roleArn, { action, resource, context }));

/** Whether the function's own policy lets API Gateway call it for this route. */
export const letsApiIn = (
  facade: Facade,
  functionArn: string,
  sourceArn: string,
): Promise<boolean> =>
  lets(
    facade.moto,
    functionArn,
    (principal) => textAt(principal, 'Service') === 'apigateway.amazonaws.com',
    {
      action: 'lambda:InvokeFunction',
      context: { 'aws:SourceArn': sourceArn, 'aws:SourceAccount': ACCOUNT },
    },
  );

async function invoke(
  facade: Facade,
  functionArn: string,
  door: FrontDoor,
  { method, path, headers = {}, body, roleArn = '' }: HttpRequest,
): Promise<HttpAnswer> {
  const request: GatewayRequest = {
    method,
    url: path,
    headers: { 'content-type': 'application/json', ...headers },
    body: Buffer.from(JSON.stringify(body) ?? ''),
    sourceIp: LOOPBACK,
  };
  const about = { requestId: randomUUID(), now: Date.now() };
  const authorizer = roleArn === '' ? {} : { authorizer: identityOf(roleArn) };
  const event = toGatewayEvent(request, { ...about, ...authorizer }, door);
  const result = await facade.run(functionArn, event);
  if ('error' in result) return refused(500, 'Internal Server Error');
  const answer = parseJson(Buffer.from(result.payload));
  if (!isRecord(answer) || typeof answer.statusCode !== 'number') {
    return refused(500, 'Internal Server Error');
  }
  return {
    status: answer.statusCode,
    headers: recordAt(answer, 'headers'),
    body: parseJson(Buffer.from(textAt(answer, 'body'))),
  };
}

const identityOf = (roleArn: string): AuthorizerContext => ({
  iam: {
    accessKey: 'ASIAFACADE',
    accountId: ACCOUNT,
    callerId: 'AROAFACADE:caller',
    cognitoIdentity: null,
    principalOrgId: null,
    userArn: sessionArn(roleArn),
    userId: 'AROAFACADE:caller',
  },
});
