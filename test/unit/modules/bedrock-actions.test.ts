/**
 * Goal: every operation of the newest service models has a decision, and the rendered policies do
 * what it says. The operations and their source are in test/fixtures/bedrock-actions.json.
 */
import { readFileSync } from 'node:fs';
import * as runtime from '@aws-sdk/client-bedrock-runtime';
import { describe, expect, test } from '@jest/globals';
import { decide } from '../../support/iam/decide.ts';
import { parsePolicy } from '../../support/iam/policy.ts';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

const POLICY = parsePolicy(read('golden/access-policies/protected.json'));
const EVERYTHING = parsePolicy(
  '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}',
);

/** The statement that denies, or none. */
const SIDS: Readonly<Record<string, string | undefined>> = {
  call: 'DenyCallsAroundTheSentry',
  denied: 'DenyDetours',
  protected: 'ProtectAccountSettings',
  guardrail: undefined,
  tool: undefined,
  search: undefined,
  hosting: undefined,
  read: undefined,
  setup: undefined,
};

interface Actions {
  readonly decisions: Readonly<Record<string, string>>;
  readonly services: Readonly<Record<string, Readonly<Record<string, string | string[]>>>>;
}

const { decisions, services }: Actions = JSON.parse(read('fixtures/bedrock-actions.json'));

const rows = Object.entries(services).flatMap(([service, { prefix, ...byDecision }]) =>
  Object.entries(byDecision).flatMap(([decision, operations]) =>
    [operations]
      .flat()
      .map((operation) => ({ service, decision, action: `${prefix}:${operation}` })),
  ),
);

const sidOf = (action: string, principal: string): string | undefined => {
  const context = { 'aws:PrincipalArn': principal };
  const decision = decide([[EVERYTHING], [EVERYTHING, POLICY]], { action, resource: '*', context });
  return decision.outcome === 'denied' && decision.by === 'statement' ? decision.sid : undefined;
};

describe('the operations of Bedrock', () => {
  test('are all there, each decided once, and every decision is explained', () => {
    expect(rows.length).toBeGreaterThan(550);
    const named = rows.map(({ service, action }) => `${service} ${action}`);
    expect(new Set(named).size).toBe(named.length);
    expect(new Set(rows.map(({ decision }) => decision))).toEqual(new Set(Object.keys(decisions)));
    expect(Object.keys(decisions).sort()).toEqual(Object.keys(SIDS).sort());
  });

  test('of the installed client have a decision', () => {
    const decided = new Set(
      rows.filter(({ service }) => service === 'bedrock-runtime').map(({ action }) => action),
    );
    const operations = Object.keys(runtime).flatMap((name) => {
      const [, operation] = /^(\w+)Command$/.exec(name) ?? [];
      return operation === undefined || operation === '$' ? [] : [`bedrock:${operation}`];
    });
    expect(operations.length).toBeGreaterThan(8);
    expect(operations.filter((each) => !decided.has(each))).toEqual([]);
  });

  test('are denied by the statement of their decision, and by no other', () => {
    const wrong = rows.filter(
      ({ action, decision }) =>
        sidOf(action, 'arn:aws:iam::111122223333:role/sales-app') !== SIDS[decision],
    );
    expect(wrong).toEqual([]);
  });

  test('that stay open and cost money are named in docs/security.md', () => {
    const text = read('../docs/security.md');
    const open = rows.filter(({ decision }) => ['guardrail', 'tool', 'search'].includes(decision));
    const unnamed = open.filter(({ action }) => !text.includes(`\`${action.split(':')[1]}\``));
    expect(unnamed.map(({ action }) => action)).toEqual([]);
  });
});

describe('the parts of the sentry', () => {
  const ACCOUNT = '111122223333';
  const role = (name: string) => `arn:aws:iam::${ACCOUNT}:role/${name}`;
  const LAMBDA = `arn:aws:lambda:eu-west-1:${ACCOUNT}:function:genai-invoke-model`;
  const TABLE = `arn:aws:dynamodb:eu-west-1:${ACCOUNT}:table/genai-ledger`;
  const MACHINE = `arn:aws:states:eu-west-1:${ACCOUNT}:stateMachine:genai`;
  const SCHEDULE = `arn:aws:scheduler:eu-west-1:${ACCOUNT}:schedule/default/genai-sweep-reservations-minute`;
  const PROFILE = `arn:aws:bedrock:eu-west-1:${ACCOUNT}:application-inference-profile/abc`;
  const SSO = role('aws-reserved/sso.amazonaws.com/AWSReservedSSO_Sales_0123456789abcdef');

  const outcome = (principal: string, action: string, resource: string, context = {}) => {
    const all = { 'aws:PrincipalArn': principal, ...context };
    const decision = decide([[EVERYTHING], [EVERYTHING, POLICY]], {
      action,
      resource,
      context: all,
    });
    return decision.outcome === 'allowed'
      ? 'allowed'
      : 'sid' in decision
        ? decision.sid
        : 'default';
  };

  test.each([
    ['lambda:InvokeFunction', LAMBDA, 'ProtectTheSentry'],
    ['lambda:InvokeFunction', `${LAMBDA}:$LATEST`, 'ProtectTheSentry'],
    ['lambda:UpdateFunctionCode', LAMBDA, 'ProtectTheSentry'],
    ['lambda:UpdateFunctionConfiguration', LAMBDA, 'ProtectTheSentry'],
    ['dynamodb:UpdateItem', TABLE, 'ProtectTheSentry'],
    ['dynamodb:PutItem', TABLE, 'ProtectTheSentry'],
    ['dynamodb:PartiQLUpdate', TABLE, 'ProtectTheSentry'],
    ['dynamodb:BatchWriteItem', TABLE, 'ProtectTheSentry'],
    ['dynamodb:DeleteTable', TABLE, 'ProtectTheSentry'],
    ['scheduler:UpdateSchedule', SCHEDULE, 'ProtectTheSentry'],
    ['scheduler:DeleteSchedule', SCHEDULE, 'ProtectTheSentry'],
    ['iam:PassRole', role('genai-invoke-model'), 'ProtectTheSentry'],
    ['iam:UpdateAssumeRolePolicy', role('genai-gateway'), 'ProtectTheSentry'],
    ['states:StartExecution', MACHINE, 'ProtectTheWorkflow'],
    ['states:StartSyncExecution', MACHINE, 'ProtectTheWorkflow'],
    ['states:UpdateStateMachine', MACHINE, 'ProtectTheWorkflow'],
  ])('%s on %s is denied to others, and not to operators', (action, resource, sid) => {
    expect(outcome(role('power-user'), action, resource)).toBe(sid);
    expect(outcome(role('path/terraform'), action, resource)).toBe(sid);
    expect(outcome(role('terraform'), action, resource)).toBe('allowed');
  });

  test('tags of the own profiles stay, and those of others are free', () => {
    const tag = (value: string) => ({ 'aws:ResourceTag/costSentry': value });
    for (const action of ['bedrock:TagResource', 'bedrock:UntagResource']) {
      expect(outcome(role('x'), action, PROFILE, tag('genai'))).toBe('ProtectItsProfiles');
      expect(outcome(role('x'), action, PROFILE, tag('other'))).toBe('allowed');
      expect(outcome(role('terraform'), action, PROFILE, tag('genai'))).toBe('allowed');
    }
  });

  test('no one but the service makes roles with names of IAM Identity Center', () => {
    for (const name of ['AWSReservedSSO_Sales_0123456789abcdef', 'x/AWSReservedSSO_Sales_1']) {
      expect(outcome(role('terraform'), 'iam:CreateRole', role(name))).toBe('ProtectNamesOfSso');
    }
    const service = role('aws-service-role/sso.amazonaws.com/AWSServiceRoleForSSO');
    expect(outcome(service, 'iam:CreateRole', SSO)).toBe('allowed');
    expect(outcome(role('terraform'), 'iam:CreateRole', role('sales-app'))).toBe('allowed');
  });

  test('the sentry goes on', () => {
    expect(outcome(role('genai-workflow'), 'lambda:InvokeFunction', LAMBDA)).toBe('allowed');
    expect(outcome(role('genai-invoke-model'), 'dynamodb:UpdateItem', TABLE)).toBe('allowed');
    for (const starter of ['genai-gateway', 'nightly-batch']) {
      expect(outcome(role(starter), 'states:StartSyncExecution', MACHINE)).toBe('allowed');
    }
    expect(outcome(role('nightly-batch'), 'dynamodb:UpdateItem', TABLE)).toBe('ProtectTheSentry');
  });

  test('callers of the Function URL, and everything that is not the sentry', () => {
    const throughUrl = { 'lambda:InvokedViaFunctionUrl': 'true' };
    const gateway = LAMBDA.replace('invoke-model', 'gateway');
    const caller = role('sales-app');
    expect(outcome(caller, 'lambda:InvokeFunction', gateway, throughUrl)).toBe('allowed');
    expect(outcome(caller, 'lambda:InvokeFunctionUrl', gateway)).toBe('allowed');
    expect(outcome(caller, 'lambda:GetFunction', LAMBDA)).toBe('allowed');
    expect(outcome(caller, 'dynamodb:GetItem', TABLE)).toBe('allowed');
    const own = LAMBDA.replace('genai-invoke-model', 'genai-chat');
    expect(outcome(caller, 'lambda:InvokeFunction', own)).toBe('allowed');
    expect(outcome(caller, 'states:StartExecution', `${MACHINE}-chat`)).toBe('allowed');
  });
});
