/**
 * Proof of an AWS identity where no front has checked a signature: a signed GetCallerIdentity
 * request, which only AWS can verify, and which names the function that may use it.
 */
import type { IdentityUnavailableError } from '../../errors.ts';

/** Header of a request that has the proof, as JSON in base64. */
export const PROOF_HEADER = 'x-sentry-identity';
/** Header of the signed request: the ARN of the function. Without it, another could use the proof. */
export const AUDIENCE_HEADER = 'x-sentry-audience';
export const PROOF_BODY = 'Action=GetCallerIdentity&Version=2011-06-15';
export const PROOF_TYPE = 'application/x-www-form-urlencoded; charset=utf-8';
/** Of the signed request; it has no others. */
export const PROOF_HEADERS = [
  ...['authorization', 'x-amz-date', 'x-amz-security-token', 'x-amz-content-sha256'],
  AUDIENCE_HEADER,
] as const;

type ProofResult =
  | { readonly outcome: 'known'; readonly arn: string }
  | { readonly outcome: 'refused'; readonly reason: string }
  /** AWS did not answer. */
  | { readonly outcome: 'unavailable'; readonly error: IdentityUnavailableError };

export interface IdentityProofCheck {
  /** @param functionArn of the function that got it. */
  verify(proof: string, functionArn: string): Promise<ProofResult>;
}

const FUNCTION_ARN = /^arn:(aws[a-z-]*):lambda:([a-z0-9-]+):\d{12}:function:[A-Za-z0-9_-]{1,64}$/;

/** Where the identities of a function's region are asked for; undefined for no ARN of a function. */
export function stsUrlOf(functionArn: string): URL | undefined {
  const [, partition, region] = FUNCTION_ARN.exec(functionArn) ?? [];
  if (partition === undefined || region === undefined) return undefined;
  const suffix = partition === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com';
  return new URL(`https://sts.${region}.${suffix}/`);
}

/** Without version or alias. */
export const unqualified = (functionArn: string): string =>
  functionArn.split(':').slice(0, 7).join(':');
