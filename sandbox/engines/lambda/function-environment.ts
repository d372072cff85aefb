/** Environment variables of each function, as the Terraform module sets them. */
import type { Policy } from '../../../core/policy/policy.ts';
import { STATE_MACHINE_ARN } from '../../base/arns.ts';
import type { Flags } from '../../base/flags.ts';
import { JWT_AUDIENCE, JWT_ISSUER } from '../../base/jwt-issuer.ts';

/** The variables of the workflow's template are the ARNs of these functions. */
export const WORKFLOW_FUNCTIONS = [
  'validate-and-set-context',
  'reserve-budget',
  'invoke-model',
  'record-outcome',
] as const;

export const FUNCTION_NAMES = [
  ...WORKFLOW_FUNCTIONS,
  'gateway',
  'proxy',
  'operate',
  'sweep-reservations',
] as const;
export type FunctionName = (typeof FUNCTION_NAMES)[number];

export interface FunctionSettings {
  readonly policy: Policy;
  readonly flags: Pick<Flags, 'identity' | 'execution' | 'bedrock'>;
  readonly tableName: string;
  readonly endpoints: {
    readonly dynamoDb: string;
    readonly bedrock: string;
    readonly eventBridge: string;
    readonly stepFunctions: string;
    /** Keys of the sandbox's issuer of JWTs. */
    readonly jwks: string;
  };
  /** The user's environment; only functions that call the real Bedrock receive any of it. */
  readonly hostEnvironment: Readonly<Record<string, string | undefined>>;
  /** Given where `workflow.starters` names roles. */
  readonly directStarts?: 'accepted';
  /** Folder URL with one folder per function. */
  readonly bundles: URL;
}

/** As in the policy, unless a flag overrides it. */
const executionOf = ({ flags, policy }: Pick<FunctionSettings, 'flags' | 'policy'>) =>
  flags.execution ?? policy.execution;

export function functionEnvironment(
  name: FunctionName,
  settings: FunctionSettings,
): Readonly<Record<string, string>> {
  const { endpoints, flags } = settings;
  const execution = executionOf(settings);
  const callsModels =
    name === 'invoke-model' || name === 'proxy' || (name === 'gateway' && execution === 'direct');
  return {
    ...(callsModels && flags.bedrock === 'aws'
      ? userEnvironment(settings.hostEnvironment)
      : {
          ...FAKE_CREDENTIALS,
          AWS_REGION: settings.policy.region,
          AWS_ENDPOINT_URL_BEDROCK_RUNTIME: endpoints.bedrock,
        }),
    AWS_LAMBDA_FUNCTION_NAME: name,
    // Added to the user agent, so that another engine can identify the caller.
    AWS_SDK_UA_APP_ID: name,
    AWS_ENDPOINT_URL_DYNAMODB: endpoints.dynamoDb,
    AWS_ENDPOINT_URL_EVENTBRIDGE: endpoints.eventBridge,
    AWS_ENDPOINT_URL_SFN: endpoints.stepFunctions,
    LEDGER_TABLE_NAME: settings.tableName,
    EVENT_BUS_NAME: 'default',
    DEPLOYMENT: settings.policy.name,
    EXECUTION: execution,
    STATE_MACHINE_ARN,
    IDENTITY: flags.identity === 'on' ? 'any' : 'off',
    DIRECT_STARTS: settings.directStarts ?? 'refused',
    METRICS: 'full',
    AUTHENTICATION: flags.identity === 'off' ? 'off' : name === 'operate' ? 'token,jwt' : 'key,jwt',
    JWT_ISSUER,
    JWT_AUDIENCE,
    JWT_JWKS_URL: endpoints.jwks,
  };
}

/** Functions that do not need the user's AWS configuration must not receive it. */
const FAKE_CREDENTIALS = {
  AWS_ACCESS_KEY_ID: 'sandbox',
  AWS_SECRET_ACCESS_KEY: 'sandbox',
  AWS_CONFIG_FILE: '/nonexistent',
  AWS_SHARED_CREDENTIALS_FILE: '/nonexistent',
  AWS_EC2_METADATA_DISABLED: 'true',
};

/** Region, credentials, profile and proxies, as the AWS SDK reads them. */
function userEnvironment(host: FunctionSettings['hostEnvironment']): Record<string, string> {
  const wanted = /^(?:AWS_(?!ENDPOINT_URL)|HOME$|USERPROFILE$|PATH$|https?_proxy$|no_proxy$)/i;
  const entries = Object.entries(host).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && wanted.test(entry[0]),
  );
  return Object.fromEntries(entries);
}
