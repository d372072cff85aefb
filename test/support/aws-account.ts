/** An AWS account on the loopback address, as far as an examination asks about it. */
import { createServer, type IncomingMessage } from 'node:http';
import { listen, readBody } from '../../sandbox/base/loopback-server.ts';

export interface Account {
  /** Actions that are denied, and by what. */
  readonly denied?: Readonly<Record<string, 'organization' | 'boundary' | 'explicit' | 'implicit'>>;
  readonly concurrency?: number;
  readonly profileNames?: readonly string[];
  readonly profilesQuota?: number;
  /** Whether Service Quotas has none of the quotas. */
  readonly withoutQuotas?: boolean;
  readonly ruleNames?: readonly string[];
  /** Models without an agreement. */
  readonly withoutAgreement?: readonly string[];
  readonly hasUseCase?: boolean;
  /** Whether API Gateway has a role for logs. */
  readonly hasApiLogRole?: boolean;
  /** Management account of the organization; absent: no organization. */
  readonly payer?: string;
  readonly activeTags?: readonly string[];
  /** Operations that AWS refuses, such as `GetServiceQuota`. */
  readonly refused?: readonly string[];
}

const ACCOUNT_ID = '111122223333';

interface Answer {
  readonly status?: number;
  readonly type?: string;
  readonly body: unknown;
}

const xml = (action: string, result: string): Answer => ({
  body: `<${action}Response><${action}Result>${result}</${action}Result></${action}Response>`,
});
const error = (type: string, status = 400): Answer => ({
  status,
  type,
  body: { __type: type, message: `${type}: not for this test` },
});

/** Services of the query protocol write errors as XML. */
const refusal = (isQuery: boolean): Answer =>
  isQuery
    ? {
        status: 403,
        body: '<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>',
      }
    : error('AccessDeniedException', 403);

export async function startAccount(account: Account) {
  const asked: string[] = [];
  const server = createServer(async (request, response) => {
    const body = await readBody(request, 1_000_000);
    const text = 'bytes' in body ? body.bytes.toString() : '';
    const operation = operationOf(request, text);
    asked.push(operation);
    const isRefused = account.refused?.some((each) => operation.startsWith(each)) === true;
    const {
      status = 200,
      type,
      body: content,
    } = isRefused ? refusal(text.includes('Action=')) : answerOf(operation, text, account);
    const isXml = typeof content === 'string';
    response.writeHead(status, {
      'content-type': isXml ? 'text/xml' : 'application/x-amz-json-1.1',
      ...(type !== undefined && { 'x-amzn-errortype': type }),
    });
    response.end(isXml ? content : JSON.stringify(content));
  });
  const url = await listen(server);
  const close = () => {
    server.closeAllConnections();
    return new Promise<void>((resolve) => server.close(() => resolve()));
  };
  return { url, asked, close };
}

/** By its name in a header or form, otherwise by method and path. */
function operationOf(request: IncomingMessage, text: string): string {
  const target = request.headers['x-amz-target'];
  if (typeof target === 'string') return target.slice(target.lastIndexOf('.') + 1);
  const action = new URLSearchParams(text).get('Action');
  return action ?? `${request.method} ${(request.url ?? '').split('?')[0]}`;
}

function answerOf(operation: string, text: string, account: Account): Answer {
  const [, model] = /^GET \/foundation-model-availability\/(.+)$/.exec(operation) ?? [];
  if (model !== undefined) {
    const has = !account.withoutAgreement?.includes(decodeURIComponent(model));
    return {
      body: {
        modelId: decodeURIComponent(model),
        agreementAvailability: { status: has ? 'AVAILABLE' : 'NOT_AVAILABLE' },
        authorizationStatus: 'AUTHORIZED',
        entitlementAvailability: 'AVAILABLE',
        regionAvailability: 'AVAILABLE',
      },
    };
  }
  return ANSWERS[operation]?.(account, text) ?? error('UnknownOperationException', 404);
}

const ANSWERS: Readonly<Record<string, (account: Account, text: string) => Answer>> = {
  GetCallerIdentity: () =>
    xml(
      'GetCallerIdentity',
      `<Arn>arn:aws:sts::${ACCOUNT_ID}:assumed-role/deployer/ci</Arn><Account>${ACCOUNT_ID}</Account>`,
    ),
  GetRole: () =>
    xml(
      'GetRole',
      `<Role><Path>/ci/</Path><RoleName>deployer</RoleName><RoleId>AROA</RoleId><CreateDate>2026-01-01T00:00:00Z</CreateDate><Arn>arn:aws:iam::${ACCOUNT_ID}:role/ci/deployer</Arn></Role>`,
    ),
  SimulatePrincipalPolicy: ({ denied = {} }, text) => {
    const form = new URLSearchParams(text);
    const actions = [...form].filter(([name]) => name.startsWith('ActionNames.member'));
    const results = actions.map(([, action]) => {
      const by = denied[action];
      const decision =
        by === undefined ? 'allowed' : by === 'explicit' ? 'explicitDeny' : 'implicitDeny';
      const detail =
        by === 'organization'
          ? '<OrganizationsDecisionDetail><AllowedByOrganizations>false</AllowedByOrganizations></OrganizationsDecisionDetail>'
          : by === 'boundary'
            ? '<PermissionsBoundaryDecisionDetail><AllowedByPermissionsBoundary>false</AllowedByPermissionsBoundary></PermissionsBoundaryDecisionDetail>'
            : '';
      return `<member><EvalActionName>${action}</EvalActionName><EvalDecision>${decision}</EvalDecision>${detail}</member>`;
    });
    return xml(
      'SimulatePrincipalPolicy',
      `<EvaluationResults>${results.join('')}</EvaluationResults><IsTruncated>false</IsTruncated>`,
    );
  },
  'GET /2016-08-19/account-settings': ({ concurrency = 1_000 }) => ({
    body: { AccountLimit: { UnreservedConcurrentExecutions: concurrency } },
  }),
  // Codes: https://docs.aws.amazon.com/general/latest/gr/bedrock.html, eb-quota.html, 2026-11.
  GetServiceQuota: ({ profilesQuota = 1_000, withoutQuotas = false }, text) => {
    const { QuotaCode } = JSON.parse(text);
    const values: Readonly<Record<string, number>> = {
      'L-40EC9882': profilesQuota,
      'L-244521F2': 300,
    };
    const Value = withoutQuotas ? undefined : values[QuotaCode];
    return Value === undefined
      ? error('NoSuchResourceException')
      : { body: { Quota: { QuotaCode, Value } } };
  },
  'GET /inference-profiles': ({ profileNames = [] }) => ({
    body: {
      inferenceProfileSummaries: profileNames.map((name) => ({
        inferenceProfileName: name,
        inferenceProfileArn: `arn:aws:bedrock:us-east-1:${ACCOUNT_ID}:application-inference-profile/${name}`,
        inferenceProfileId: name,
        models: [],
        status: 'ACTIVE',
        type: 'APPLICATION',
      })),
    },
  }),
  ListRules: ({ ruleNames = [] }) => ({ body: { Rules: ruleNames.map((Name) => ({ Name })) } }),
  'GET /use-case-for-model-access': ({ hasUseCase = true }) =>
    hasUseCase ? { body: { formData: 'e30=' } } : error('ResourceNotFoundException', 404),
  'GET /account': ({ hasApiLogRole = true }) => ({
    body: {
      throttleSettings: { burstLimit: 5_000, rateLimit: 10_000 },
      ...(hasApiLogRole && {
        cloudwatchRoleArn: `arn:aws:iam::${ACCOUNT_ID}:role/apigateway-logs`,
      }),
    },
  }),
  DescribeOrganization: ({ payer }) =>
    payer === undefined
      ? error('AWSOrganizationsNotInUseException')
      : { body: { Organization: { MasterAccountId: payer } } },
  ListCostAllocationTags: ({ activeTags = ['costCenter', 'applicationId', 'environment'] }) => ({
    body: {
      CostAllocationTags: activeTags.map((TagKey) => ({
        TagKey,
        Type: 'UserDefined',
        Status: 'Active',
      })),
    },
  }),
};
