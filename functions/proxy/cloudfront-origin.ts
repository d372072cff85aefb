/** Whether a request came through the CloudFront distribution of this deployment. */
import { systemSecrets } from '../../adapters/system.ts';
import type { ProxyEvent } from './lambda-events.ts';

/** CloudFront replaces what a client sends in it. */
const ORIGIN_HEADER = 'x-sentry-origin';
const DIGEST = /^[0-9a-f]{64}$/;

/**
 * @param digests SHA-256 of each accepted secret, separated by commas; absent without CloudFront.
 * @throws Error for what is no digest: the function must not start without its check.
 */
export function originCheck(digests: string | undefined): (event: ProxyEvent) => boolean {
  if (digests === undefined) return () => true;
  const accepted = digests.split(',');
  if (!accepted.every((each) => DIGEST.test(each))) {
    throw new Error('the environment variable ORIGIN_DIGESTS must have SHA-256 digests');
  }
  return ({ headers }) => {
    const given = systemSecrets.sha256(headers?.[ORIGIN_HEADER] ?? '');
    // All of them, so that the time does not say which one matched.
    return accepted.map((each) => systemSecrets.isEqual(each, given)).includes(true);
  };
}
