/** Facts about an AWS account and region, from the services that know them. */
import { APIGatewayClient, GetAccountCommand } from '@aws-sdk/client-api-gateway';
import {
  BedrockClient,
  GetFoundationModelAvailabilityCommand,
  GetUseCaseForModelAccessCommand,
  paginateListInferenceProfiles,
} from '@aws-sdk/client-bedrock';
import { CostExplorerClient, ListCostAllocationTagsCommand } from '@aws-sdk/client-cost-explorer';
import { EventBridgeClient, ListRulesCommand } from '@aws-sdk/client-eventbridge';
import {
  type EvaluationResult,
  GetRoleCommand,
  IAMClient,
  paginateSimulatePrincipalPolicy,
} from '@aws-sdk/client-iam';
import { GetAccountSettingsCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { DescribeOrganizationCommand, OrganizationsClient } from '@aws-sdk/client-organizations';
import { GetServiceQuotaCommand, ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import type {
  AccountFacts,
  ActionDecision,
  Caller,
  ModelAccess,
  QuotaUse,
} from '../core/insight/doctor/ports.ts';
import { QUOTAS, type QuotaId } from '../core/insight/doctor/quotas.ts';

/** Actions of one simulation; https://docs.aws.amazon.com/IAM/latest/APIReference/, 2026-11. */
const SIMULATED_AT_ONCE = 50;
/** Services that have one endpoint for all regions of a partition. */
const GLOBAL_REGION = 'us-east-1';

export class AwsAccountFacts implements AccountFacts {
  readonly #region: string;

  constructor(region: string) {
    this.#region = region;
  }

  async caller(): Promise<Caller> {
    const { Account = '', Arn = '' } = await using(
      new STSClient({ region: this.#region }),
      (client) => client.send(new GetCallerIdentityCommand({})),
    );
    return { account: Account, principal: await this.#principalOf(Arn) };
  }

  /** A session's ARN lacks the path of its role. */
  async #principalOf(arn: string): Promise<string> {
    if (arn.endsWith(':root')) return 'root';
    const [, name] = /:assumed-role\/([^/]+)\//.exec(arn) ?? [];
    if (name === undefined) return arn;
    const { Role } = await using(this.#iam(), (client) =>
      client.send(new GetRoleCommand({ RoleName: name })),
    );
    return Role?.Arn ?? arn;
  }

  async decisions(
    principal: string,
    actions: readonly string[],
  ): Promise<readonly ActionDecision[]> {
    return using(this.#iam(), async (client) => {
      const found: ActionDecision[] = [];
      for (let at = 0; at < actions.length; at += SIMULATED_AT_ONCE) {
        const input = {
          PolicySourceArn: principal,
          ActionNames: actions.slice(at, at + SIMULATED_AT_ONCE),
        };
        const pages = paginateSimulatePrincipalPolicy({ client }, input);
        for await (const { EvaluationResults = [] } of pages) {
          found.push(...EvaluationResults.map(decisionOf));
        }
      }
      return found;
    });
  }

  async unreservedConcurrency(): Promise<number> {
    const { AccountLimit } = await using(new LambdaClient({ region: this.#region }), (client) =>
      client.send(new GetAccountSettingsCommand({})),
    );
    return AccountLimit?.UnreservedConcurrentExecutions ?? 0;
  }

  async inferenceProfiles(name: string): Promise<QuotaUse> {
    const quota = await this.#quota(QUOTAS.inferenceProfiles);
    // Hyphens in a row are one in the name of a profile.
    const isOwn = startsWith(`${name}-`.replaceAll(/-+/g, '-'));
    const usedByOthers = await using(this.#bedrock(), async (client) => {
      let others = 0;
      const input = { typeEquals: 'APPLICATION' } as const;
      for await (const page of paginateListInferenceProfiles({ client }, input)) {
        const profiles = page.inferenceProfileSummaries ?? [];
        others += profiles.filter((profile) => !isOwn(profile.inferenceProfileName)).length;
      }
      return others;
    });
    return { quota, usedByOthers };
  }

  async eventRules(bus: string, name: string): Promise<QuotaUse> {
    const quota = await this.#quota(QUOTAS.eventRules);
    const usedByOthers = await using(new EventBridgeClient({ region: this.#region }), (client) =>
      countRules(client, bus, startsWith(`${name}_alerts`)),
    );
    return { quota, usedByOthers };
  }

  async modelAccess(modelId: string): Promise<ModelAccess> {
    const answer = await using(this.#bedrock(), (client) =>
      client.send(new GetFoundationModelAvailabilityCommand({ modelId })),
    );
    return {
      isInRegion: answer.regionAvailability === 'AVAILABLE',
      isAuthorized: answer.authorizationStatus === 'AUTHORIZED',
      isEntitled: answer.entitlementAvailability === 'AVAILABLE',
      hasAgreement: answer.agreementAvailability?.status === 'AVAILABLE',
    };
  }

  hasUseCase(): Promise<boolean> {
    return using(this.#bedrock(), async (client) => {
      try {
        await client.send(new GetUseCaseForModelAccessCommand({}));
        return true;
      } catch (error) {
        if (isNamed(error, 'ResourceNotFoundException')) return false;
        throw error;
      }
    });
  }

  async hasApiLogRole(): Promise<boolean> {
    const { cloudwatchRoleArn } = await using(
      new APIGatewayClient({ region: this.#region }),
      (client) => client.send(new GetAccountCommand({})),
    );
    return cloudwatchRoleArn !== undefined;
  }

  payer(): Promise<string | undefined> {
    const client = new OrganizationsClient({ region: globalRegion(this.#region) });
    return using(client, async () => {
      try {
        const { Organization } = await client.send(new DescribeOrganizationCommand({}));
        return Organization?.MasterAccountId;
      } catch (error) {
        if (isNamed(error, 'AWSOrganizationsNotInUseException')) return undefined;
        throw error;
      }
    });
  }

  async activeTags(keys: readonly string[]): Promise<readonly string[]> {
    const client = new CostExplorerClient({ region: globalRegion(this.#region) });
    const { CostAllocationTags = [] } = await using(client, () =>
      client.send(new ListCostAllocationTagsCommand({ TagKeys: [...keys], Status: 'Active' })),
    );
    return CostAllocationTags.flatMap(({ TagKey, Status }) =>
      TagKey !== undefined && Status === 'Active' ? [TagKey] : [],
    );
  }

  /** The account's value, which is AWS's default until it is changed. */
  async #quota({ service, code }: QuotaId): Promise<number | undefined> {
    const client = new ServiceQuotasClient({ region: this.#region });
    return using(client, async () => {
      try {
        const input = { ServiceCode: service, QuotaCode: code };
        const { Quota } = await client.send(new GetServiceQuotaCommand(input));
        return Quota?.Value;
      } catch (error) {
        if (isNamed(error, 'NoSuchResourceException')) return undefined;
        throw error;
      }
    });
  }

  #iam(): IAMClient {
    return new IAMClient({ region: this.#region });
  }

  #bedrock(): BedrockClient {
    return new BedrockClient({ region: this.#region });
  }
}

const globalRegion = (region: string): string =>
  region.startsWith('us-gov-') || region.startsWith('cn-') ? region : GLOBAL_REGION;

async function using<Client extends { destroy(): void }, T>(
  client: Client,
  use: (client: Client) => Promise<T>,
): Promise<T> {
  try {
    return await use(client);
  } finally {
    client.destroy();
  }
}

const startsWith =
  (prefix: string) =>
  (name: string | undefined): boolean =>
    name?.startsWith(prefix) === true;

async function countRules(
  client: EventBridgeClient,
  bus: string,
  isOwn: (name: string | undefined) => boolean,
): Promise<number> {
  let others = 0;
  for (let token: string | undefined; ; ) {
    const input = { EventBusName: bus, ...(token !== undefined && { NextToken: token }) };
    const { Rules = [], NextToken } = await client.send(new ListRulesCommand(input));
    others += Rules.filter((rule) => !isOwn(rule.Name)).length;
    if (NextToken === undefined || NextToken === token) return others;
    token = NextToken;
  }
}

function decisionOf(result: EvaluationResult): ActionDecision {
  const { EvalActionName: action = '', EvalDecision } = result;
  if (EvalDecision === 'allowed') return { action, isAllowed: true };
  if (result.OrganizationsDecisionDetail?.AllowedByOrganizations === false) {
    return { action, isAllowed: false, deniedBy: 'organization' };
  }
  if (result.PermissionsBoundaryDecisionDetail?.AllowedByPermissionsBoundary === false) {
    return { action, isAllowed: false, deniedBy: 'boundary' };
  }
  const isDenied = EvalDecision === 'explicitDeny';
  return { action, isAllowed: false, ...(isDenied && { deniedBy: 'policy' }) };
}

const isNamed = (error: unknown, name: string): boolean =>
  error instanceof Error && error.name === name;
