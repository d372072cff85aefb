/** Names of a call that come from several places: which one counts, and what AWS's log gets. */
import { expect, test } from '@jest/globals';
import { systemDigest, systemIds } from '../../../../adapters/system.ts';
import { withAttribution } from '../../../../core/protocols/relay/attribution.ts';
import { prepareCall } from '../../../../core/protocols/relay/prepare-call.ts';
import { ManualClock } from '../../../support/ledger.ts';
import { configWith, policyOf } from '../../../support/policy.ts';
import { relayedRequest } from '../../../support/relayed-request.ts';

const clock = new ManualClock();

function prepared(policy: ReturnType<typeof policyOf>, over: object) {
  const policies = { load: async () => policy };
  const ports = { policies, clock, ids: systemIds, digest: systemDigest, warn: () => undefined };
  return prepareCall(ports, relayedRequest(clock, { operation: 'converse' as const, ...over }));
}

test('a user in the metadata must be that of the token, in any spelling', async () => {
  const jwt = { issuer: 'https://idp', audience: ['a'], user_claim: 'email' };
  const callers = { jwt: { sub: 'x' } };
  const retail = { models: ['haiku'], applications: ['faq'], limits: [], callers };
  const policy = policyOf(
    configWith({
      proxy: { enabled: true, authentication: ['jwt'], jwt },
      cost_centers: { retail },
    }),
  );
  const claims = { iss: 'https://idp', sub: 'x', email: 'ada@example.com', email_verified: 'true' };
  const caller = { kind: 'jwt', claims, isProxied: true } as const;
  const named = (user: string) => {
    const body = { messages: [{ role: 'user', content: [{ text: 'a' }] }] };
    return prepared(policy, { caller, body: { ...body, requestMetadata: { user } } });
  };
  expect(await named('boss@example.com')).toMatchObject({
    status: 'not_valid',
    answer: { status: 403, code: 'forbidden_user' },
  });
  expect(await named(' ADA@example.com')).toMatchObject({
    status: 'valid',
    user: 'ada@example.com',
  });
});

test('the ARN of a profile must agree with the path', async () => {
  const arn = 'arn:aws:bedrock:us-east-1:111122223333:application-inference-profile/p1';
  const inferenceProfiles = new Map([['retail/faq/dev/haiku', arn]]);
  const policy = policyOf(configWith(), { inferenceProfiles });
  const path = { application: 'faq', environment: 'production' };
  expect(await prepared(policy, { modelName: arn, key: {}, path })).toMatchObject({
    answer: { status: 403, code: 'forbidden_environment' },
  });
});

test('the names of a call replace those that the caller wrote, also where there is no room', () => {
  const many = Array.from({ length: 15 }, (_, n) => [`own${n}`, 'x'] as const);
  const own = Object.fromEntries(many);
  const requestMetadata = { ...own, requestId: 'of-another' };
  const request = { operation: 'converse', body: { requestMetadata }, headers: {} } as const;
  const tags = { requestId: 'r-1', timestamp: '', costCenter: 'retail' };
  const { body } = withAttribution(request, tags, 'ada@example.com');
  expect(body.requestMetadata).toEqual({ ...own, requestId: 'r-1' });
});
