/** The AWS SDK for JavaScript, as people use it, pointed at a deployed front of the proxy. */
import { Readable } from 'node:stream';
import {
  BedrockRuntimeClient,
  BedrockRuntimeServiceException,
  ConverseStreamCommand,
} from '@aws-sdk/client-bedrock-runtime';
import { type HttpRequest, HttpResponse } from '@smithy/core/protocols';
import type { StreamedBytes } from './deployed-functions.ts';
import { requestDistribution } from './distribution.ts';
import type { Facade } from './facade.ts';
import type { FrontRequest } from './front-request.ts';
import { requestPublicUrl } from './public-url.ts';
import { requestRestApi } from './rest-api.ts';

interface Streamed {
  readonly status: number;
  /** Names of the events. */
  readonly events: readonly string[];
  readonly requestId: string;
  /** Of an error. */
  readonly message?: string;
}

/** @param url base URL of the front. */
export async function converseStream(facade: Facade, url: string, key: string): Promise<Streamed> {
  let requestId = 'none';
  const client = new BedrockRuntimeClient({
    endpoint: url,
    region: 'us-east-1',
    token: { token: key },
    authSchemePreference: ['httpBearerAuth'],
    maxAttempts: 1,
    requestHandler: {
      handle: async (request: HttpRequest) => {
        const { status, headers, bytes } = await requestFront(facade, toFrontRequest(request));
        requestId = headers['x-sentry-request-id'] ?? requestId;
        const body = Readable.from([bytes]);
        return { response: new HttpResponse({ statusCode: status, headers, body }) };
      },
    },
  });
  const command = new ConverseStreamCommand({
    modelId: 'nova-lite',
    messages: [{ role: 'user', content: [{ text: 'Hello' }] }],
  });
  try {
    const { stream = [], $metadata } = await client.send(command);
    const events: string[] = [];
    for await (const event of stream) events.push(...Object.keys(event));
    return { status: $metadata.httpStatusCode ?? 0, events, requestId };
  } catch (error) {
    if (!(error instanceof BedrockRuntimeServiceException)) throw error;
    const { message, $metadata } = error;
    return { status: $metadata.httpStatusCode ?? 0, events: [], requestId, message };
  } finally {
    client.destroy();
  }
}

/** A host that AWS has not named is the domain of a REST API. @throws Error for one of no front. */
export function requestFront(facade: Facade, request: FrontRequest): Promise<StreamedBytes> {
  const { host } = request;
  if (host.includes('.lambda-url.')) return requestPublicUrl(facade, request);
  if (host.endsWith('.cloudfront.net')) return requestDistribution(facade, request);
  return requestRestApi(facade, request);
}

function toFrontRequest({ hostname, method, path, headers, body }: HttpRequest): FrontRequest {
  const { host: _, ...others } = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
  const bytes = ArrayBuffer.isView(body)
    ? Buffer.from(body.buffer, body.byteOffset, body.byteLength)
    : Buffer.from(body ?? '');
  return { host: hostname, method, path, headers: others, body: bytes };
}
