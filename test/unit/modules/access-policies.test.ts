/**
 * The policies of modules/access-policies as Terraform renders them, evaluated as IAM does: who may
 * still call what. test/terraform/root_full holds the golden files to what is rendered.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { type AccessRequest, decide } from '../../support/iam/decide.ts';
import { type Policy, parsePolicy } from '../../support/iam/policy.ts';

const golden = (name: string): Policy =>
  parsePolicy(readFileSync(new URL(`../../golden/${name}.json`, import.meta.url), 'utf8'));

/** Rights of the organization and the account without these policies: everything. */
const EVERYTHING = parsePolicy(
  '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}',
);
const SCP = golden('access-policies/scp');
const IAM = golden('access-policies/policy');

/** Both forms, before the policies that the caller has. */
const FORMS: readonly (readonly [string, (own: Policy) => readonly (readonly Policy[])[]])[] = [
  ['as a service control policy', (own) => [[own], [EVERYTHING, SCP]]],
  ['as an IAM policy', (own) => [[own, IAM]]],
];

const ACCOUNT = '111122223333';
const role = (name: string, account = ACCOUNT) => `arn:aws:iam::${account}:role/${name}`;
const SENTRY = role('genai-invoke-model');
const COUNTER = role('genai-validate-and-set-context');
const RESEARCH = role('research/notebook-7', '444455556666');

const bedrock = (path: string, account = ACCOUNT, region = 'eu-west-1') =>
  `arn:aws:bedrock:${region}:${account}:${path}`;
const model = (id: string, region = 'eu-west-1') => bedrock(`foundation-model/${id}`, '', region);
const HAIKU = 'anthropic.claude-haiku-4-5-20251001-v1:0';
const SONNET = 'anthropic.claude-sonnet-4-6';
const NOVA = model('amazon.nova-lite-v1:0');
const PROFILE = bedrock('application-inference-profile/abcdefghijkl');

const as = (principal: string, action: string, resource: string, tag?: string): AccessRequest => ({
  action,
  resource,
  context: {
    'aws:PrincipalArn': principal,
    ...(tag === undefined ? {} : { 'aws:ResourceTag/costSentry': tag }),
  },
});

const denied = (sid: string) => ({ outcome: 'denied', by: 'statement', sid });
const ALLOWED = { outcome: 'allowed' };

const INVOKES = [
  'bedrock:InvokeModel',
  'bedrock:InvokeModelWithResponseStream',
  'bedrock:InvokeModelWithBidirectionalStream',
  'bedrock:Converse',
  'bedrock:ConverseStream',
];
const CALLS = [...INVOKES, 'bedrock:CountTokens'];
const DETOURS = [
  'bedrock:CallWithBearerToken',
  'bedrock:CreateModelInvocationJob',
  'bedrock:CreateModelEvaluationJob',
  'bedrock:CreateEvaluationJob',
  'bedrock:CreateAdvancedPromptOptimizationJob',
  'bedrock:OptimizePrompt',
  'bedrock:StartAsyncInvoke',
  'bedrock:InvokeAgent',
  'bedrock:InvokeInlineAgent',
  'bedrock:InvokeFlow',
  'bedrock:StartFlowExecution',
  'bedrock:InvokeBuilder',
  'bedrock:InvokeTool',
  'bedrock:Retrieve',
  'bedrock:RetrieveAndGenerate',
  'bedrock:AgenticRetrieveStream',
  'bedrock:GenerateQuery',
  'bedrock:Rerank',
  'bedrock:InvokeDataAutomation',
  'bedrock:InvokeDataAutomationAsync',
  'bedrock:InvokeBlueprintOptimizationAsync',
  'bedrock-mantle:CreateInference',
  'bedrock-mantle:CallWithBearerToken',
  'bedrock-mantle:CountTokens',
  'bedrock-mantle:CreateFineTuningJob',
  'bedrock-agentcore:Evaluate',
  'bedrock-agentcore:InvokeHarness',
  'aws-external-anthropic:CreateInference',
];
/** Actions other than calls: to read and set up Bedrock, and everything else. */
const NO_CALLS = [
  'bedrock:ListFoundationModels',
  'bedrock:GetInferenceProfile',
  'bedrock:CreateInferenceProfile',
  'bedrock:TagResource',
  'bedrock:ApplyGuardrail',
  'bedrock:PutModelInvocationLoggingConfiguration',
  'bedrock-agentcore:InvokeAgentRuntime',
  'execute-api:Invoke',
  'lambda:InvokeFunctionUrl',
  's3:GetObject',
];
const OTHERS = [
  role('sales-app'),
  role('Admin'),
  `arn:aws:iam::${ACCOUNT}:user/alice`,
  `arn:aws:iam::${ACCOUNT}:root`,
  // Names that are only like the sentry's, and its name in another account.
  role('genai-invoke-model-2'),
  role('path/genai-invoke-model'),
  role('genai-invoke-model', '444455556666'),
  role('notebook-7'),
];
const TARGETS = [
  NOVA,
  model(HAIKU, 'us-east-1'),
  model('meta.llama3-8b-instruct-v1:0'),
  bedrock(`inference-profile/eu.${HAIKU}`),
  bedrock('provisioned-model/abcdefghijkl'),
  bedrock('async-invoke/abcdefghijkl'),
  bedrock('project/default'),
];

describe.each(FORMS)('%s', (_, layersOf) => {
  const decides = (request: AccessRequest, own = EVERYTHING) => decide(layersOf(own), request);

  describe.each(OTHERS)('%s', (principal) => {
    test.each(CALLS)('may not %s', (action) => {
      for (const target of TARGETS) {
        expect(decides(as(principal, action, target))).toEqual(denied('DenyCallsAroundTheSentry'));
      }
      const throughProfile = as(principal, action, PROFILE, 'genai');
      expect(decides(throughProfile)).toEqual(denied('DenyCallsAroundTheSentry'));
    });

    test.each(DETOURS)('may not %s', (action) => {
      for (const target of ['*', ...TARGETS]) {
        expect(decides(as(principal, action, target))).toEqual(denied('DenyDetours'));
      }
    });

    test.each(NO_CALLS)('may %s', (action) => {
      expect(decides(as(principal, action, '*'))).toEqual(ALLOWED);
    });
  });

  test('an unknown principal may not call', () => {
    const request = { action: 'bedrock:InvokeModel', resource: NOVA };
    expect(decides(request)).toEqual(denied('DenyCallsAroundTheSentry'));
  });

  test.each([...CALLS, ...DETOURS])('an exception may %s', (action) => {
    for (const target of ['*', ...TARGETS]) {
      expect(decides(as(RESEARCH, action, target))).toEqual(ALLOWED);
    }
  });

  describe.each([SENTRY, COUNTER])('%s', (principal) => {
    const OWN = [
      NOVA,
      // A profile routes to every region; a global one names none.
      model(HAIKU, 'us-east-1'),
      model(HAIKU, 'us-west-2'),
      model(SONNET, ''),
      bedrock(`inference-profile/eu.${HAIKU}`),
      bedrock(`inference-profile/global.${SONNET}`),
      bedrock('imported-model/abcdef123456'),
    ];
    test.each(OWN)('may call %s', (target) => {
      for (const action of CALLS) expect(decides(as(principal, action, target))).toEqual(ALLOWED);
    });

    const FOREIGN = [
      model('anthropic.claude-3-opus-20240229-v1:0'),
      model('amazon.nova-lite-v1:0', 'us-east-1'),
      model('amazon.nova-lite-v1:01'),
      bedrock(`inference-profile/us.${HAIKU}`),
      bedrock(`inference-profile/eu.${HAIKU}`, '444455556666'),
      bedrock('imported-model/another'),
      bedrock('provisioned-model/abcdefghijkl'),
      bedrock('default-prompt-router/anthropic.claude:1'),
      bedrock('async-invoke/abcdefghijkl'),
    ];
    test.each(FOREIGN)('may not call %s', (target) => {
      for (const action of CALLS) {
        expect(decides(as(principal, action, target))).toEqual(
          denied('ConfineTheSentryToItsModels'),
        );
      }
    });

    test('may call through its own profiles and no others', () => {
      for (const action of INVOKES) {
        expect(decides(as(principal, action, PROFILE, 'genai'))).toEqual(ALLOWED);
        for (const tag of ['genai-2', 'Genai', '', undefined]) {
          expect(decides(as(principal, action, PROFILE, tag))).toEqual(
            denied('ConfineTheSentryToItsProfiles'),
          );
        }
      }
    });

    test.each(DETOURS)('may not %s', (action) => {
      for (const target of ['*', NOVA, PROFILE]) {
        expect(decides(as(principal, action, target, 'genai'))).toEqual(denied('DenyDetours'));
      }
    });
  });

  test('what the function that calls is allowed passes, with nothing but its own policy', () => {
    const own = golden('iam/invoke-model');
    const converse = (target: string, tag?: string) =>
      decides(as(SENTRY, 'bedrock:InvokeModel', target, tag), own);
    expect(converse(PROFILE, 'genai')).toEqual(ALLOWED);
    expect(converse(NOVA)).toEqual(ALLOWED);
    expect(converse(model(SONNET, ''))).toEqual(ALLOWED);
    expect(converse(model('meta.llama3-8b-instruct-v1:0')).outcome).toBe('denied');
  });

  test('what the function that counts is allowed passes', () => {
    const own = golden('iam/validate-and-set-context');
    expect(decides(as(COUNTER, 'bedrock:CountTokens', NOVA), own)).toEqual(ALLOWED);
    expect(decides(as(COUNTER, 'bedrock:InvokeModel', NOVA), own).outcome).toBe('denied');
  });
});
