/** Which errors of a call to AWS mean that it was not processed. */
import { isNativeError } from 'node:util/types';

/** Errors of a connection that was never made: nothing was sent, so nothing can be billed. */
const NO_CONNECTION = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EAI_FAIL',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);
/** The SDK's time-out of connecting has no code, only these words (@smithy/node-http-handler 4). */
const CONNECT_TIMEOUT = /did not establish a connection/i;
/** A stream that the server says it did not process (RFC 9113, section 8.7). */
const REFUSED_STREAM = /REFUSED_STREAM/;

/** Whether a call failed before its request was sent, or the server says it was not processed. */
export function isNotSent(error: unknown): boolean {
  if (!isNativeError(error)) return false;
  const { message } = error;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return NO_CONNECTION.has(code) || CONNECT_TIMEOUT.test(message) || REFUSED_STREAM.test(message);
}
