/** A local HTTP server in the place of one AWS service, and what a client of the SDK needs for it. */
import { createServer, type IncomingMessage } from 'node:http';
import { close, listen } from '../../sandbox/base/loopback-server.ts';

export interface AwsEndpoint {
  readonly config: {
    readonly region: string;
    readonly endpoint: string;
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
    readonly maxAttempts: 1;
  };
  close(): Promise<void>;
}

/** @param answer the JSON with which the service answers a request. */
export async function startAwsEndpoint(
  answer: (request: IncomingMessage) => object | Promise<object>,
): Promise<AwsEndpoint> {
  const server = createServer(async (request, response) => {
    const body = await answer(request);
    response.setHeader('content-type', 'application/x-amz-json-1.1');
    response.end(JSON.stringify(body));
  });
  const endpoint = await listen(server);
  const credentials = { accessKeyId: 'none', secretAccessKey: 'none' };
  return {
    config: { region: 'us-east-1', endpoint, credentials, maxAttempts: 1 },
    close: () => close(server),
  };
}
