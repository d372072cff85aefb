/** Requests to a public Function URL that streams, let in by the policy of its function alone. */
import { randomUUID } from 'node:crypto';
import { LOOPBACK } from '../../../sandbox/base/loopback-server.ts';
import { toGatewayEvent } from '../../../sandbox/http/api-gateway-event.ts';
import type { StreamedBytes } from './deployed-functions.ts';
import { ACCOUNT, type Facade } from './facade.ts';
import type { FrontRequest } from './front-request.ts';
import { lets } from './function-policies.ts';
import { listAt, textAt } from './members.ts';

const isAnyone = (principal: unknown): boolean => principal === '*';

/** Whether anyone at all may call the function without its URL. */
export const isOpenToAll = (facade: Facade, functionArn: string): Promise<boolean> =>
  lets(facade.moto, functionArn, isAnyone, { action: 'lambda:InvokeFunction' });

/** @throws Error for a URL that is not that of the proxy, is not public, or does not stream. */
export async function requestPublicUrl(
  facade: Facade,
  { host, method, path, headers, body }: FrontRequest,
): Promise<StreamedBytes> {
  const config = await urlAt(facade, host);
  const type = textAt(config, 'AuthType');
  if (type !== 'NONE') throw new Error(`${type}: is not public`);
  const mode = textAt(config, 'InvokeMode');
  if (mode !== 'RESPONSE_STREAM') throw new Error(`${mode}: does not stream`);
  const arn = textAt(config, 'FunctionArn');
  // Since October 2025 both: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html
  const isLetIn =
    (await lets(facade.moto, arn, isAnyone, {
      action: 'lambda:InvokeFunctionUrl',
      context: { 'lambda:FunctionUrlAuthType': type },
    })) &&
    (await lets(facade.moto, arn, isAnyone, {
      action: 'lambda:InvokeFunction',
      context: { 'lambda:InvokedViaFunctionUrl': 'true' },
    }));
  if (!isLetIn) return { status: 403, headers: {}, bytes: Buffer.from('Forbidden') };
  const event = toGatewayEvent(
    { method, url: path, headers: { ...headers, host }, body, sourceIp: LOOPBACK },
    { requestId: randomUUID(), now: Date.now() },
    { accountId: ACCOUNT, domainName: host, routeKeyOf: () => '$default' },
  );
  return facade.runStreamed(arn, event);
}

/** The URL of the one of the deployed proxies that has this host. */
async function urlAt({ moto }: Facade, host: string): Promise<unknown> {
  const functions = listAt(await moto.read('lambda', '/2015-03-31/functions/'), 'Functions');
  for (const name of functions.map((each) => textAt(each, 'FunctionName'))) {
    if (!name.endsWith('-proxy')) continue;
    const config = await moto.read('lambda', `/2021-10-31/functions/${name}/url`);
    if (new URL(textAt(config, 'FunctionUrl')).hostname === host) return config;
  }
  throw new Error(`${host}: there is no such Function URL`);
}
