/** Asks the function for a token where there is no API: with a proof of the identity. */
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import {
  AUDIENCE_HEADER,
  PROOF_BODY,
  PROOF_HEADER,
  PROOF_HEADERS,
  PROOF_TYPE,
  stsUrlOf,
} from '../../core/call/identity/identity-proof.ts';
import { LedgerUnavailableError } from '../../core/errors.ts';
import { parseJson } from '../../core/parse-json.ts';
import { numberField, stringField, toUnvalidated } from '../../core/unvalidated.ts';
import type { Io } from '../terminal/io.ts';
import { signedHeaders } from './sign-request.ts';

/** @returns its response, as over HTTP. @throws errors of AWS */
export async function invokeForToken(functionArn: string, input: object, io: Io) {
  const [, , , region = ''] = functionArn.split(':');
  const headers = {
    'content-type': 'application/json',
    [PROOF_HEADER]: await proofOf(functionArn, region, io),
  };
  const event = {
    version: '2.0',
    rawPath: '/v1/tokens',
    headers,
    requestContext: { http: { method: 'POST', path: '/v1/tokens' } },
    body: JSON.stringify(input),
    isBase64Encoded: false,
  };
  const client = new LambdaClient({ region });
  try {
    const command = new InvokeCommand({
      FunctionName: functionArn,
      Payload: Buffer.from(JSON.stringify(event)),
    });
    const { Payload, FunctionError } = await client.send(command);
    const answer = toUnvalidated(parseJson(Buffer.from(Payload ?? []).toString('utf8')));
    const status = numberField(answer, 'statusCode');
    if (FunctionError !== undefined || status === undefined) {
      throw new LedgerUnavailableError(`${functionArn} is not a function that makes tokens`);
    }
    return { status, body: parseJson(stringField(answer, 'body') ?? '') };
  } finally {
    client.destroy();
  }
}

/** A signed request for the own identity, which the function sends to AWS. */
async function proofOf(functionArn: string, region: string, { env }: Io): Promise<string> {
  const given = env.AWS_ENDPOINT_URL_STS;
  const url = given ? new URL(given) : stsUrlOf(functionArn);
  if (!url) throw new LedgerUnavailableError(`${functionArn} is not the ARN of a function`);
  const signed = await signedHeaders({
    method: 'POST',
    url,
    body: PROOF_BODY,
    headers: { 'content-type': PROOF_TYPE, [AUDIENCE_HEADER]: functionArn },
    scope: { service: 'sts', region },
  });
  const names: readonly string[] = PROOF_HEADERS;
  const sent = Object.entries(signed).filter(([name]) => names.includes(name));
  return Buffer.from(JSON.stringify(Object.fromEntries(sent))).toString('base64');
}
