/** Goal: an ARN of AWS for a model is taken as its id, and only for this region and account. */
import { expect, test } from '@jest/globals';
import { modelNameOf } from '../../../../functions/proxy/request-names.ts';

const here = { region: 'us-east-1', accountId: '111122223333' };
const HAIKU = 'us.anthropic.claude-haiku-4-5-20251001-v1:0';
const MICRO = 'amazon.nova-micro-v1:0';
const arn = (resource: string, account = '', region = 'us-east-1') =>
  `arn:aws:bedrock:${region}:${account}:${resource}`;

test.each([
  [arn(`foundation-model/${MICRO}`), MICRO],
  [arn(`inference-profile/${HAIKU}`, '111122223333'), HAIKU],
  [`arn:aws-us-gov:bedrock:us-east-1::foundation-model/${MICRO}`, MICRO],
])('%s is %s', (name, id) => expect(modelNameOf(name, here)).toBe(id));

test.each([
  'haiku',
  MICRO,
  arn(`foundation-model/${MICRO}`, '', 'eu-west-1'),
  arn(`foundation-model/${MICRO}`, '111122223333'),
  arn(`inference-profile/${HAIKU}`, '999988887777'),
  arn(`inference-profile/${HAIKU}`),
  arn('application-inference-profile/abc', '111122223333'),
  arn('custom-model/a/b', '111122223333'),
  arn('default-prompt-router/anthropic.claude:1', '111122223333'),
])('%s is taken as it is', (name) => expect(modelNameOf(name, here)).toBe(name));
