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
  bedrock: [
    [/^POST \/inference-profiles$/, 'CreateInferenceProfile'],
    [/^GET \/inference-profiles\//, 'GetInferenceProfile'],
    [/^DELETE \/inference-profiles\//, 'DeleteInferenceProfile'],
    [/^POST \/listTagsForResource$/, 'ListTagsForResource'],
    [/^POST \/tagResource$/, 'TagResource'],
    [/^POST \/untagResource$/, 'UntagResource'],
  ],
};

/** @returns the action, or the call itself where it is not known. */
export function deployerAction({ service, operation }: AwsCall): string {
  const unknown = `${service} ${operation}`;
  if (service === 'apigateway') return `apigateway:${operation.split(' ')[0]}`;
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
