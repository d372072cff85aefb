import { describe, expect, test } from '@jest/globals';
import {
  type FunctionSettings,
  functionEnvironment,
} from '../../../../../sandbox/engines/lambda/function-environment.ts';
import { createDemoProfiles } from '../../../../../sandbox/setup/demo-profiles.ts';
import { configWith, policyOf } from '../../../../support/policy.ts';

const policy = policyOf(configWith());
const settings = (flags: Partial<FunctionSettings['flags']> = {}): FunctionSettings => ({
  policy,
  flags: { identity: 'off', bedrock: 'mock', ...flags },
  tableName: 'test-ledger',
  endpoints: { dynamoDb: 'd', bedrock: 'b', eventBridge: 'e', stepFunctions: 's', jwks: 'j' },
  hostEnvironment: {
    HOME: '/somewhere/me',
    AWS_PROFILE: 'mine',
    AWS_REGION: 'eu-central-1',
    AWS_ENDPOINT_URL: 'http://elsewhere',
    SECRET: 'x',
  },
  bundles: new URL('file:///dist/functions/'),
});

describe('the environment of a function', () => {
  test("has made-up credentials and the sandbox's endpoints, nothing of the user's", () => {
    const environment = functionEnvironment('gateway', settings({ identity: 'on' }));
    expect(environment).toMatchObject({
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'sandbox',
      AWS_ENDPOINT_URL_DYNAMODB: 'd',
      AWS_ENDPOINT_URL_BEDROCK_RUNTIME: 'b',
      LEDGER_TABLE_NAME: 'test-ledger',
      EXECUTION: 'direct',
      IDENTITY: 'any',
      DIRECT_STARTS: 'refused',
    });
    expect(environment).not.toHaveProperty('AWS_PROFILE');
    expect(environment).not.toHaveProperty('SECRET');
  });

  test("has the user's credentials only where real models are called", () => {
    const aws = settings({ bedrock: 'aws' });
    const caller = functionEnvironment('invoke-model', aws);
    expect(caller).toMatchObject({
      HOME: '/somewhere/me',
      AWS_PROFILE: 'mine',
      AWS_REGION: 'eu-central-1',
      AWS_ENDPOINT_URL_DYNAMODB: 'd',
    });
    for (const name of ['AWS_ENDPOINT_URL', 'AWS_ENDPOINT_URL_BEDROCK_RUNTIME', 'SECRET']) {
      expect(caller).not.toHaveProperty(name);
    }
    const workflow = settings({ bedrock: 'aws', execution: 'workflow' });
    expect(functionEnvironment('gateway', workflow).AWS_PROFILE).toBeUndefined();
    const direct = settings({ bedrock: 'aws', execution: 'direct' });
    expect(functionEnvironment('gateway', direct)).toMatchObject({
      AWS_PROFILE: 'mine',
      EXECUTION: 'direct',
    });
  });
});

describe('made-up inference profiles', () => {
  test('are one per cost center, application, environment and model, always the same', () => {
    const { arns, modelIds } = createDemoProfiles(policy);
    expect([...arns.keys()]).toEqual([
      'retail/faq/dev/haiku',
      'retail/faq/dev/micro',
      'retail/faq/production/haiku',
      'retail/faq/production/micro',
    ]);
    for (const arn of arns.values()) {
      expect(arn).toMatch(
        /^arn:aws:bedrock:us-east-1:000000000000:application-inference-profile\/[a-z0-9]{12}$/,
      );
    }
    expect(new Set(modelIds.keys()).size).toBe(4);
    expect(modelIds.get(arns.get('retail/faq/dev/micro') ?? '')).toBe('amazon.nova-micro-v1:0');
    expect(createDemoProfiles(policy)).toEqual({ arns, modelIds });
  });

  test('are absent where the model may have none', () => {
    const models = {
      haiku: { model_id: 'anthropic.claude-haiku-4-5-20251001-v1:0', inference_profile: false },
      micro: { model_id: 'amazon.nova-micro-v1:0' },
    };
    const { arns } = createDemoProfiles(policyOf(configWith({ models })));
    expect([...arns.keys()]).toEqual(['retail/faq/dev/micro', 'retail/faq/production/micro']);
  });
});
