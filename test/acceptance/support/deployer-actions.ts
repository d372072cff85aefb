/**
 * IAM actions of the calls that Terraform makes, as the service authorization reference lists them
 * (https://docs.aws.amazon.com/service-authorization/latest/reference/, 2026-11).
 */
import type { AwsCall } from './aws-call.ts';

/** Signing names whose IAM prefix differs. */
const PREFIXES: Readonly<Record<string, string>> = { monitoring: 'cloudwatch' };

/** REST calls by service: a pattern of method and path, and the action. */
const REST: Readonly<Record<string, readonly (readonly [pattern: RegExp, action: string])[]>> = {
  lambda: [
    [/^POST \S+\/functions$/, 'CreateFunction'],
    [/^GET \S+\/functions\/[^/]+$/, 'GetFunction'],
    [/^DELETE \S+\/functions\/[^/]+$/, 'DeleteFunction'],
    [/^PUT \S+\/code$/, 'UpdateFunctionCode'],
    [/^PUT \S+\/configuration$/, 'UpdateFunctionConfiguration'],
    [/^GET \S+\/configuration$/, 'GetFunctionConfiguration'],
    [/^GET \S+\/versions$/, 'ListVersionsByFunction'],
    [/^GET \S+\/code-signing-config$/, 'GetFunctionCodeSigningConfig'],
    [/^GET \S+\/runtime-management-config$/, 'GetRuntimeManagementConfig'],
    [/^PUT \S+\/concurrency$/, 'PutFunctionConcurrency'],
    [/^POST \S+\/policy$/, 'AddPermission'],
    [/^GET \S+\/policy$/, 'GetPolicy'],
    [/^DELETE \S+\/policy\/[^/]+$/, 'RemovePermission'],
    [/^POST \S+\/url$/, 'CreateFunctionUrlConfig'],
    [/^GET \S+\/url$/, 'GetFunctionUrlConfig'],
    [/^PUT \S+\/url$/, 'UpdateFunctionUrlConfig'],
    [/^DELETE \S+\/url$/, 'DeleteFunctionUrlConfig'],
    [/^PUT \S+\/event-invoke-config$/, 'PutFunctionEventInvokeConfig'],
    [/^GET \S+\/event-invoke-config$/, 'GetFunctionEventInvokeConfig'],
    [/^DELETE \S+\/event-invoke-config$/, 'DeleteFunctionEventInvokeConfig'],
    [/^GET \S+\/tags\//, 'ListTags'],
    [/^POST \S+\/tags\//, 'TagResource'],
    [/^DELETE \S+\/tags\//, 'UntagResource'],
  ],
  scheduler: [
    [/^POST \/schedules\//, 'CreateSchedule'],
    [/^GET \/schedules\//, 'GetSchedule'],
    [/^PUT \/schedules\//, 'UpdateSchedule'],
    [/^DELETE \/schedules\//, 'DeleteSchedule'],
  ],
  cloudfront: [
    [/^POST \S+\/distribution$/, 'CreateDistribution'],
    [/^GET \S+\/distribution\/[^/]+$/, 'GetDistribution'],
    [/^GET \S+\/distribution\/[^/]+\/config$/, 'GetDistributionConfig'],
    [/^PUT \S+\/distribution\/[^/]+\/config$/, 'UpdateDistribution'],
    [/^DELETE \S+\/distribution\/[^/]+$/, 'DeleteDistribution'],
    [/^GET \S+\/tagging$/, 'ListTagsForResource'],
  ],
  bedrock: [
    [/^POST \/inference-profiles$/, 'CreateInferenceProfile'],
    [/^GET \/inference-profiles\//, 'GetInferenceProfile'],
    [/^DELETE \/inference-profiles\//, 'DeleteInferenceProfile'],
    [/^POST \/listTagsForResource$/, 'ListTagsForResource'],
    [/^POST \/tagResource$/, 'TagResource'],
    [/^POST \/untagResource$/, 'UntagResource'],
  ],
};

/** Operations that a parameter of the query names. */
const TAGGING: Readonly<Record<string, string>> = { Tag: 'TagResource', Untag: 'UntagResource' };

/**
 * S3 calls of a bucket: by what the query asks for, the action without its verb. Deleting a setting
 * needs the right to put it.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations.html
 */
const BUCKET_PARTS: Readonly<Record<string, string>> = {
  accelerate: 'AccelerateConfiguration',
  acl: 'BucketAcl',
  cors: 'BucketCORS',
  encryption: 'EncryptionConfiguration',
  lifecycle: 'LifecycleConfiguration',
  location: 'BucketLocation',
  logging: 'BucketLogging',
  'object-lock': 'BucketObjectLockConfiguration',
  ownershipControls: 'BucketOwnershipControls',
  policy: 'BucketPolicy',
  publicAccessBlock: 'BucketPublicAccessBlock',
  replication: 'ReplicationConfiguration',
  requestPayment: 'BucketRequestPayment',
  tagging: 'BucketTagging',
  versioning: 'BucketVersioning',
  website: 'BucketWebsite',
};
const BUCKET: Readonly<Record<string, string>> = {
  PUT: 's3:CreateBucket',
  HEAD: 's3:ListBucket',
  GET: 's3:ListBucket',
  DELETE: 's3:DeleteBucket',
};

function bucketAction({ operation, query }: AwsCall): string | undefined {
  const [, method = ''] = /^([A-Z]+) \/[^/]+\/?$/.exec(operation) ?? [];
  if ('versions' in query) return 's3:ListBucketVersions';
  if (method === 'POST' && 'delete' in query) return 's3:DeleteObject';
  const [, part] = Object.entries(BUCKET_PARTS).find(([name]) => name in query) ?? [];
  if (part === undefined) return BUCKET[method];
  if (method === 'DELETE' && part === 'BucketPolicy') return 's3:DeleteBucketPolicy';
  return `s3:${method === 'GET' ? 'Get' : 'Put'}${part}`;
}

/** @returns the action, or the call itself where it is not known. */
export function deployerAction(call: AwsCall): string {
  const { service, operation, query } = call;
  const unknown = `${service} ${operation}`;
  if (service === 's3') return bucketAction(call) ?? unknown;
  if (service === 'cloudfront' && operation.startsWith('POST') && query.Operation !== undefined) {
    return `cloudfront:${TAGGING[query.Operation] ?? query.Operation}`;
  }
  if (service === 'apigateway') return `apigateway:${operation.split(' ')[0]}`;
  if (service === 'budgets' && operation.endsWith('BudgetAction')) return `budgets:${operation}`;
  if (service === 'budgets' && !/Tags?(ForResource)?$|Resource$/.test(operation)) {
    return /^Describe/.test(operation) ? 'budgets:ViewBudget' : 'budgets:ModifyBudget';
  }
  const rules = REST[service];
  if (rules) {
    const found = rules.find(([pattern]) => pattern.test(operation));
    return found ? `${service}:${found[1]}` : unknown;
  }
  return /^\w+$/.test(operation) ? `${PREFIXES[service] ?? service}:${operation}` : unknown;
}
