/** Goal: settings of a front are refused where they have no effect, and no message has a secret. */
import { expect, test } from '@jest/globals';
import { operationsProblems } from '../../../../core/policy/operations-checks.ts';
import { proxyFrontProblems } from '../../../../core/policy/proxy-fronts.ts';

const problemsOf = (config: object, region = 'eu-west-1') =>
  proxyFrontProblems(config, region).map(({ path }) => path);

const SECRET = 'k'.repeat(40);
const CERTIFICATE = 'arn:aws:acm:eu-west-1:111122223333:certificate/1';

test.each<[string, object]>([
  ['no proxy', {}],
  ['settings of the chosen front', { front: 'rest_api', rest_api: { access_log: false } }],
  [
    'a certificate in the region of the REST API',
    { front: 'rest_api', domain: { name: 'ai.example.com', certificate_arn: CERTIFICATE } },
  ],
])('%s is accepted', (_what, proxy) => {
  expect(problemsOf({ proxy: { enabled: true, ...proxy } })).toEqual([]);
});

test('every setting that the Function URL does not have is named', () => {
  const proxy = {
    enabled: true,
    domain: { name: 'ai.example.com', certificate_arn: CERTIFICATE },
    web_acl: { arn: 'arn:aws:wafv2:eu-west-1:111122223333:regional/webacl/a/1' },
    cloudfront: {},
    rest_api: {},
  };
  const functions = { vpc: { subnet_ids: ['subnet-1'], security_group_ids: ['sg-1'] } };
  const config = { proxy, functions, proxy_origin_secrets: [SECRET] };
  expect(problemsOf(config).toSorted()).toEqual([
    'proxy.cloudfront',
    'proxy.domain',
    'proxy.front',
    'proxy.rest_api',
    'proxy.web_acl',
    'proxy_origin_secrets',
  ]);
});

test('a front that is switched off may stay in a VPC', () => {
  const functions = { vpc: { subnet_ids: ['subnet-1'], security_group_ids: ['sg-1'] } };
  expect(problemsOf({ proxy: { enabled: false }, functions })).toEqual([]);
});

test.each<[string, unknown]>([
  ['text in place of a list', `${SECRET}!`],
  ['a character that is not allowed', [`${SECRET}!`]],
  ['the same twice', [SECRET, SECRET]],
  ['three', [`${SECRET}1`, `${SECRET}2`, `${SECRET}3`]],
  ['a number', [1234567890123456]],
])('a message about a secret does not have it: %s', (_what, given) => {
  const messages = operationsProblems({ proxy_origin_secrets: given }).map(
    ({ path, message }) => `${path}: ${message}`,
  );
  expect(messages).toHaveLength(1);
  expect(messages.join()).toMatch(/^proxy_origin_secrets/);
  expect(messages.join()).not.toMatch(/kkkk|12345/);
});
