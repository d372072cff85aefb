/**
 * Tokens without an API. Method: the command line and the gateway's own check of identities, with a
 * Lambda between them and an STS that verifies signatures, both local servers.
 */
import { createServer, type Server } from 'node:http';
import { json, text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createStsIdentity } from '../../../adapters/sts-identity.ts';
import { PROOF_HEADER } from '../../../core/call/identity/identity-proof.ts';
import type { HttpEvent } from '../../../functions/edge/http.ts';
import { HttpProblemError } from '../../../functions/edge/http-error.ts';
import { proverOf } from '../../../functions/gateway/token-answer.ts';
import { close, listen } from '../../../sandbox/base/loopback-server.ts';
import { verifySigV4 } from '../../../sandbox/http/sigv4.ts';
import { costSentry } from '../../support/command-line.ts';
import { withEnvironment } from '../../support/environment.ts';

const ROLE = { roleArn: 'arn:x', accessKeyId: 'AKIAPROOF', secretAccessKey: 'secret' };
const ARN = 'arn:aws:sts::111122223333:assumed-role/sales/alice@example.com';
const FUNCTION = 'arn:aws:lambda:eu-west-1:111122223333:function:genai-gateway';
withEnvironment({
  AWS_ACCESS_KEY_ID: ROLE.accessKeyId,
  AWS_SECRET_ACCESS_KEY: ROLE.secretAccessKey,
  AWS_SESSION_TOKEN: undefined,
  AWS_REGION: 'us-east-1',
  AWS_ENDPOINT_URL_LAMBDA: undefined,
});

let sts: Server;
let lambda: Server;
let stsUrl: string;
let lambdaUrl: string;
/** Sent to the function. */
let events: HttpEvent[];
let stsStatus: number;
let proven: number;

/** As the gateway does without an API: its identity, or the code of its problem. */
async function identityOf(event: HttpEvent, functionArn = FUNCTION): Promise<string> {
  try {
    return await proverOf(createStsIdentity(stsUrl), event, functionArn);
  } catch (error) {
    if (error instanceof HttpProblemError) return `${error.code}: ${error.message}`;
    if (error instanceof Error && 'code' in error) return String(error.code);
    throw error;
  }
}

beforeEach(async () => {
  [events, stsStatus, proven] = [[], 200, 0];
  sts = createServer(async (request, response) => {
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
    );
    const body = Buffer.from(await text(request));
    const signed = { method: 'POST', url: request.url ?? '', headers, body };
    const verified = await verifySigV4(signed, [ROLE], Date.now(), ['sts']);
    const isKnown = 'role' in verified && body.toString().startsWith('Action=GetCallerIdentity');
    proven += 1;
    response.writeHead(isKnown ? stsStatus : 403);
    response.end(
      isKnown ? `<GetCallerIdentityResult><Arn>${ARN}</Arn></GetCallerIdentityResult>` : '',
    );
  });
  stsUrl = await listen(sts);
  lambda = createServer(async (request, response) => {
    const event = (await json(request)) as HttpEvent;
    events.push(event);
    const identity = await identityOf(event);
    const isKnown = identity === ARN;
    const expiresAt = '2100-01-01T00:00:00.000Z';
    const body = isKnown ? { token: identity, expiresAt } : { detail: identity };
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ statusCode: isKnown ? 200 : 401, body: JSON.stringify(body) }));
  });
  lambdaUrl = await listen(lambda);
  process.env.AWS_ENDPOINT_URL_LAMBDA = lambdaUrl;
});
afterEach(async () => {
  await Promise.all([close(sts), close(lambda)]);
});

const token = (...args: string[]) =>
  costSentry(['token', '--no-cache', ...args], {
    clock: { now: () => Date.now() },
    env: { ...process.env, AWS_ENDPOINT_URL_STS: stsUrl } as Record<string, string>,
  });

describe('cost-sentry token --function', () => {
  test('proves the identity of its caller to the function, which has it checked by AWS', async () => {
    const printed = await token('--function', FUNCTION, '--expires', '30m');
    expect(printed).toMatchObject({ exitCode: 0, out: `${ARN}\n`, err: '' });
    expect(events).toMatchObject([
      { rawPath: '/v1/tokens', body: JSON.stringify({ expiresInSeconds: 1_800 }) },
    ]);
    expect(JSON.stringify(events)).not.toContain(ROLE.secretAccessKey);
  });

  test.each([
    [['--function', 'genai-gateway'], '--function: must be the ARN of a function'],
    [['--function', FUNCTION, '--url', 'http://127.0.0.1:9'], '--function: conflicts with --url'],
  ])('%j is bad usage', async (args, message) => {
    const printed = await token(...args);
    expect([printed.exitCode, printed.out]).toEqual([2, '']);
    expect(printed.err).toContain(message);
  });
});

describe('a direct invocation of the gateway', () => {
  /** A proof that is valid. */
  async function proofOf(): Promise<Record<string, string>> {
    await token('--function', FUNCTION);
    const proof = events.at(-1)?.headers[PROOF_HEADER] ?? '';
    proven = 0;
    return JSON.parse(Buffer.from(proof, 'base64').toString());
  }
  const eventOf = (proof?: object, authorizer?: object): HttpEvent => {
    const text = proof && Buffer.from(JSON.stringify(proof)).toString('base64');
    const event = {
      rawPath: '/v1/tokens',
      headers: { ...(text && { [PROOF_HEADER]: text }) },
      requestContext: { http: { method: 'POST' }, ...(authorizer && { authorizer }) },
    };
    return event as unknown as HttpEvent;
  };

  test('gets no token for an identity that its event names', async () => {
    const forged = { iam: { userArn: 'arn:aws:sts::111122223333:assumed-role/admin/eve' } };
    expect(await identityOf(eventOf(undefined, forged))).toMatch(
      /^unauthenticated: There is no API/,
    );
    expect(await identityOf(eventOf(await proofOf(), forged))).toBe(ARN);
  });

  test('gets none for the proof of another function, or a changed one', async () => {
    const proof = await proofOf();
    const other = FUNCTION.replace('genai', 'other');
    expect(await identityOf(eventOf(proof), other)).toMatch(/^unauthenticated: .*another function/);
    const renamed = { ...proof, 'x-sentry-audience': other };
    expect(await identityOf(eventOf(renamed), other)).toMatch(/^unauthenticated: .*signature/);
    const unnamed = proof.authorization?.replace(';x-sentry-audience', '');
    const unsigned = { ...proof, authorization: unnamed };
    expect(await identityOf(eventOf(unsigned))).toMatch(/^unauthenticated: .*no signed request/);
    for (const text of ['a\r\nhost: other', '\u6f22']) {
      const spoiled = { ...proof, 'x-amz-date': text };
      expect(await identityOf(eventOf(spoiled))).toMatch(/^unauthenticated: .*characters/);
    }
    const old = { ...proof, 'x-amz-date': '20200101T000000Z' };
    expect(await identityOf(eventOf(old))).toMatch(/^unauthenticated: .*signature/);
  });

  test.each([{}, { authorization: 5 }, { authorization: 'Bearer x' }, []])(
    'sends %j to no one',
    async (proof) => {
      expect(await identityOf(eventOf(proof))).toMatch(/^unauthenticated: The proof is not valid/);
      expect(proven).toBe(0);
    },
  );

  test('can be sent again while AWS does not answer', async () => {
    const proof = await proofOf();
    stsStatus = 500;
    expect(await identityOf(eventOf(proof))).toBe('identity_unavailable');
  });
});
