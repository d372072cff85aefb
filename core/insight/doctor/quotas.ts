/**
 * Quotas by code, as AWS documents them:
 * https://docs.aws.amazon.com/general/latest/gr/bedrock.html (Inference profiles per account),
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html (Number of rules),
 * https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html (Concurrent executions);
 * 2026-11.
 */

export interface QuotaId {
  readonly service: string;
  readonly code: string;
}

export const QUOTAS = {
  inferenceProfiles: { service: 'bedrock', code: 'L-40EC9882' },
  eventRules: { service: 'events', code: 'L-244521F2' },
  concurrency: { service: 'lambda', code: 'L-B99A9384' },
} as const satisfies Readonly<Record<string, QuotaId>>;

const CONSOLES: readonly (readonly [prefix: string, host: string])[] = [
  ['us-gov-', 'console.amazonaws-us-gov.com'],
  ['cn-', 'console.amazonaws.cn'],
  ['eusc-', 'console.amazonaws-eusc.eu'],
];

/** Page of the quota in the console, where more can be requested. */
export function quotaPage({ service, code }: QuotaId, region: string): string {
  const [, host = 'console.aws.amazon.com'] =
    CONSOLES.find(([prefix]) => region.startsWith(prefix)) ?? [];
  return `https://${region}.${host}/servicequotas/home/services/${service}/quotas/${code}`;
}
