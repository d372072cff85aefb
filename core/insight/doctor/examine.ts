/** Examines an account and region for everything that a deployment needs. */
import { counted } from '../../safe-text.ts';
import type { DoctorRequest } from './doctor-request.ts';
import type { Finding } from './finding.ts';
import { modelFindings } from './model-findings.ts';
import type { AccountFacts, Caller, QuotaUse } from './ports.ts';
import { QUOTAS, quotaPage } from './quotas.ts';

/**
 * @param explain a sentence for an error of AWS, undefined for any other, which is thrown.
 * @throws what the caller's identity is refused with: without one, nothing can be examined.
 */
export async function examineAccount(
  facts: AccountFacts,
  request: DoctorRequest,
  explain: (error: unknown) => string | undefined,
): Promise<readonly Finding[]> {
  const caller = await facts.caller();
  const ask = async (check: string, find: () => Promise<readonly Finding[]>) => {
    try {
      return await find();
    } catch (error) {
      const reason = explain(error);
      if (reason === undefined) throw error;
      return [{ check, status: 'unknown' as const, detail: reason }];
    }
  };
  const who = `account ${caller.account}, ${caller.principal}, ${request.region}`;
  const found: Finding[] = [{ check: 'identity', status: 'ok', detail: who }];
  const checks: readonly (readonly [string, () => Promise<readonly Finding[]>])[] = [
    ['rights', () => rightsFindings(facts, caller, request)],
    ['rights of functions', () => functionFindings(facts, caller)],
    ['concurrency', () => concurrencyFindings(facts, request)],
    ['inference profiles', () => profileFindings(facts, request)],
    ['event rules', () => ruleFindings(facts, request)],
    ['role for API logs', () => apiLogFindings(facts, request)],
    ...request.models.map(
      (model) => [`model ${model.alias}`, () => modelFindings(facts, model)] as const,
    ),
    ['use case form', () => useCaseFindings(facts, request)],
    ['organization', () => payerFindings(facts, caller, request)],
  ];
  for (const [check, find] of checks) found.push(...(await ask(check, find)));
  return found;
}

const DENIED = {
  organization: 'a service control policy of the organization denies',
  boundary: 'the permissions boundary does not allow',
  policy: 'a policy denies',
  none: 'no policy allows',
} as const;

async function rightsFindings(
  facts: AccountFacts,
  { principal }: Caller,
  { actions }: DoctorRequest,
): Promise<readonly Finding[]> {
  const check = 'rights';
  if (principal === 'root') {
    const detail = 'the root user can do everything that the organization allows';
    return [{ check, status: 'warning', detail, fix: 'deploy with a role' }];
  }
  const decisions = await facts.decisions(principal, actions);
  const refused = decisions.filter(({ isAllowed }) => !isAllowed);
  const reasons = [...new Set(refused.map(({ deniedBy }) => deniedBy ?? ('none' as const)))];
  if (refused.length === 0) {
    return [{ check, status: 'ok', detail: `${counted(actions.length, 'action')} allowed` }];
  }
  return reasons.map((reason) => {
    const of = refused.filter(({ deniedBy }) => (deniedBy ?? 'none') === reason);
    const names = of.map(({ action }) => action).join(', ');
    const fix =
      reason === 'organization'
        ? 'ask the owners of the organization for an exception of this role'
        : 'attach the policy of docs/first-use.md to it';
    return { check, status: 'missing', detail: `${DENIED[reason]} ${names}`, fix };
  });
}

/** Of the functions, which have roles that do not exist yet. */
const CALLS_OF_FUNCTIONS = [
  'bedrock:InvokeModel',
  'bedrock:InvokeModelWithResponseStream',
  'bedrock:CountTokens',
  'dynamodb:GetItem',
  'dynamodb:BatchGetItem',
  'dynamodb:Query',
  'dynamodb:UpdateItem',
  'events:PutEvents',
  'states:StartSyncExecution',
  'logs:PutLogEvents',
];

/** A service control policy denies a call to the deployer and to every other role. */
async function functionFindings(
  facts: AccountFacts,
  { principal }: Caller,
): Promise<readonly Finding[]> {
  if (principal === 'root') return [];
  const check = 'rights of functions';
  const decisions = await facts.decisions(principal, CALLS_OF_FUNCTIONS);
  const denied = decisions.filter(({ deniedBy }) => deniedBy === 'organization');
  if (denied.length === 0) {
    const detail = 'no service control policy denies their calls';
    return [{ check, status: 'ok', detail }];
  }
  const names = denied.map(({ action }) => action).join(', ');
  const detail = `${DENIED.organization} ${names} to roles of this account`;
  const fix = 'ask the owners of the organization for an exception of the roles of the functions';
  return [{ check, status: 'missing', detail, fix }];
}

/** AWS's default is 1,000; new accounts can have 10. */
const CONCURRENCY = { needed: 100, usual: 1_000 };

async function concurrencyFindings(
  facts: AccountFacts,
  { region }: DoctorRequest,
): Promise<readonly Finding[]> {
  const check = 'concurrency';
  const free = await facts.unreservedConcurrency();
  const detail = `${free} concurrent executions of Lambda are not reserved`;
  if (free >= CONCURRENCY.usual) return [{ check, status: 'ok', detail }];
  const fix =
    'each call in flight takes one, and two with execution = "workflow": request more at ' +
    quotaPage(QUOTAS.concurrency, region);
  return [{ check, status: free < CONCURRENCY.needed ? 'missing' : 'warning', detail, fix }];
}

async function profileFindings(
  facts: AccountFacts,
  { name, profiles, region }: DoctorRequest,
): Promise<readonly Finding[]> {
  const use = await facts.inferenceProfiles(name);
  const page = quotaPage(QUOTAS.inferenceProfiles, region);
  const other = 'set inference_profile = false on models';
  return [quotaFinding('inference profiles', use, profiles, { page, other })];
}

async function ruleFindings(
  facts: AccountFacts,
  { name, bus, rules, region }: DoctorRequest,
): Promise<readonly Finding[]> {
  const use = await facts.eventRules(bus, name);
  const page = quotaPage(QUOTAS.eventRules, region);
  return [quotaFinding('event rules', use, rules, { page, other: 'use another event_bus_name' })];
}

interface Remedies {
  readonly page: string;
  /** The way to do without a larger quota. */
  readonly other: string;
}

function quotaFinding(
  check: string,
  { quota, usedByOthers }: QuotaUse,
  needed: number,
  { page, other }: Remedies,
): Finding {
  const use = `${needed} needed, ${usedByOthers} used by others`;
  if (quota === undefined) {
    const detail = `${use}, quota not checked: Service Quotas does not have it in this region`;
    return { check, status: 'unknown', detail, fix: `compare with ${page}` };
  }
  const detail = `${use}, quota ${quota}`;
  if (needed + usedByOthers <= quota) return { check, status: 'ok', detail };
  return { check, status: 'missing', detail, fix: `request more at ${page}, or ${other}` };
}

async function apiLogFindings(
  facts: AccountFacts,
  { needsApiLogRole, region }: DoctorRequest,
): Promise<readonly Finding[]> {
  if (!needsApiLogRole) return [];
  const check = 'role for API logs';
  if (await facts.hasApiLogRole()) {
    return [{ check, status: 'ok', detail: `API Gateway has one in ${region}` }];
  }
  const detail = `API Gateway has none in ${region}, and the REST API of the proxy writes access lines`;
  const fix =
    'create it once for the account, and set it in the region (docs/fronts.md, REST API), or set ' +
    'proxy.rest_api.access_log = false';
  return [{ check, status: 'missing', detail, fix }];
}

async function useCaseFindings(
  facts: AccountFacts,
  { models }: DoctorRequest,
): Promise<readonly Finding[]> {
  const check = 'use case form';
  if (!models.some(({ baseModelId }) => baseModelId.startsWith('anthropic.'))) return [];
  if (await facts.hasUseCase()) return [{ check, status: 'ok', detail: 'submitted' }];
  const fix =
    'submit it once, in the Bedrock console or with aws bedrock put-use-case-for-model-access; ' +
    'in an organization, the management account can do it for all';
  return [{ check, status: 'missing', detail: 'Anthropic models need it, and there is none', fix }];
}

async function payerFindings(
  facts: AccountFacts,
  { account }: Caller,
  { tagKeys, hasBilling, payerOnly }: DoctorRequest,
): Promise<readonly Finding[]> {
  if (!hasBilling) return [];
  const payer = await facts.payer();
  if (payer !== undefined && payer !== account) {
    const detail = `member account; only the payer account ${payer} sees the cost allocation tags`;
    const fix = `apply examples/payer-account in account ${payer}`;
    return [
      { check: 'organization', status: 'ok', detail, fix },
      ...payerOnly.map((path) => ({
        check: 'organization',
        status: 'missing' as const,
        detail: `${path} fails in a member account`,
        fix: `leave it out here: examples/payer-account has it for account ${payer}`,
      })),
    ];
  }
  const kind = payer === undefined ? 'account without an organization' : 'payer account';
  const active = await facts.activeTags(tagKeys);
  const inactive = tagKeys.filter((key) => !active.includes(key));
  const fix =
    'activate them a day after the first call (cost_allocation_tags, or examples/payer-account): ' +
    'until then budgets and reports by cost center are zero';
  return [
    { check: 'organization', status: 'ok', detail: kind },
    inactive.length === 0
      ? { check: 'cost allocation tags', status: 'ok', detail: `${tagKeys.join(', ')} are active` }
      : {
          check: 'cost allocation tags',
          status: 'warning',
          detail: `${inactive.join(', ')} not active`,
          fix,
        },
  ];
}
