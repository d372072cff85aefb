/** Requests to a public Function URL that streams, let in by the policy of its function alone. */
import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { eventStream } from '../../../adapters/event-stream.ts';
import { LOOPBACK } from '../../../sandbox/base/loopback-server.ts';
import { toGatewayEvent } from '../../../sandbox/http/api-gateway-event.ts';
import type { StreamedBytes } from './deployed-functions.ts';
import { ACCOUNT, type Facade } from './facade.ts';
import { lets } from './function-policies.ts';
import { textAt } from './members.ts';

interface PublicRequest {
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body: unknown;
}

const isAnyone = (principal: unknown): boolean => principal === '*';

/** Whether anyone at all may call the function without its URL. */
export const isOpenToAll = (facade: Facade, functionArn: string): Promise<boolean> =>
  lets(facade.moto, functionArn, isAnyone, { action: 'lambda:InvokeFunction' });

/** Streams one answer with a key. */
export async function converseStream(facade: Facade, key: string, proxy = 'genai-proxy') {
  const { status, headers, bytes } = await post(facade, proxy, {
    path: '/model/nova-lite/converse-stream',
    headers: { authorization: `Bearer ${key}` },
    body: { messages: [{ role: 'user', content: [{ text: 'Hello' }] }] },
  });
  const events: string[] = [];
  if (status === 200) {
    for await (const { name } of eventStream.read(Readable.from([bytes]))) events.push(name);
  }
  return { status, events, requestId: headers['x-sentry-request-id'] ?? 'none' };
}

/** @throws Error for a URL that is not public, or does not stream. */
async function post(
  facade: Facade,
  functionName: string,
  { path, headers = {}, body }: PublicRequest,
): Promise<StreamedBytes> {
  const config = await facade.moto.read('lambda', `/2021-10-31/functions/${functionName}/url`);
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
  const { hostname } = new URL(textAt(config, 'FunctionUrl'));
  const event = toGatewayEvent(
    {
      method: 'POST',
      url: path,
      headers: { 'content-type': 'application/json', ...headers },
      body: Buffer.from(JSON.stringify(body)),
      sourceIp: LOOPBACK,
    },
    { requestId: randomUUID(), now: Date.now() },
    { accountId: ACCOUNT, domainName: hostname, routeKeyOf: () => '$default' },
  );
  return facade.runStreamed(arn, event);
}
