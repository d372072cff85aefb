/**
 * Settings of asynchronous calls of functions: moto keeps the first ones that were put.
 * https://docs.aws.amazon.com/lambda/latest/api/API_PutFunctionEventInvokeConfig.html
 */
import type { AwsCall } from './aws-call.ts';
import { authorizationOf, type OneByOne } from './forward.ts';

const PUT = /^PUT (\/2019-09-25\/functions\/[^/]+\/event-invoke-config)$/;

/** Removes what a call is to replace, before moto gets it. */
export async function makeRoom(moto: OneByOne, { operation }: AwsCall): Promise<void> {
  const [, url] = PUT.exec(operation) ?? [];
  if (url === undefined) return;
  const headers = { authorization: authorizationOf('lambda') };
  // 404 when there are none.
  await moto.forward({ method: 'DELETE', url, headers }, Buffer.alloc(0));
}
