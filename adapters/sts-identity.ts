/** Verifies proofs of AWS identities by sending them to STS, which answers with the identity. */
import {
  AUDIENCE_HEADER,
  type IdentityProofCheck,
  PROOF_BODY,
  PROOF_HEADERS,
  PROOF_TYPE,
  stsUrlOf,
  unqualified,
} from '../core/call/identity/identity-proof.ts';
import { IdentityUnavailableError } from '../core/errors.ts';
import { parseJson } from '../core/parse-json.ts';
import { stringField, toUnvalidated } from '../core/unvalidated.ts';

const ANSWER_MS = 3_000;
const PROOF_LENGTH_MAX = 16_384;
const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=[A-Za-z0-9]{1,128}\/\d{8}\/[a-z0-9-]{1,40}\/sts\/aws4_request, ?SignedHeaders=([a-z0-9;-]{1,500}), ?Signature=[0-9a-f]{64}$/;
const HEADER_VALUE = /^[ -~]*$/;
const ARN = /<Arn>(arn:[!-;=-~]{1,2048})<\/Arn>/;

/** @param endpoint in place of that of AWS, as tests have it. */
export function createStsIdentity(endpoint?: string): IdentityProofCheck {
  return {
    verify: async (proof, functionArn) => {
      const audience = unqualified(functionArn);
      const url = endpoint === undefined ? stsUrlOf(audience) : new URL(endpoint);
      const headers = headersOf(proof, audience);
      if (!url || typeof headers === 'string') {
        return {
          outcome: 'refused',
          reason: typeof headers === 'string' ? headers : 'no function',
        };
      }
      try {
        const response = await fetch(url, {
          method: 'POST',
          headers: { ...headers, 'content-type': PROOF_TYPE },
          body: PROOF_BODY,
          redirect: 'error',
          signal: AbortSignal.timeout(ANSWER_MS),
        });
        const text = await response.text();
        const arn = ARN.exec(text)?.[1];
        if (response.status === 200 && arn !== undefined) return { outcome: 'known', arn };
        if (response.status === 400 || response.status === 403) {
          return { outcome: 'refused', reason: 'AWS does not accept its signature' };
        }
        throw new Error(`STS returned status ${response.status}`);
      } catch (error) {
        const message = 'AWS did not say whose signature it is';
        return { outcome: 'unavailable', error: new IdentityUnavailableError(message, error) };
      }
    },
  };
}

/** The headers of the signed request, or why it cannot be a proof for this function. */
function headersOf(proof: string, audience: string): Readonly<Record<string, string>> | string {
  if (proof.length > PROOF_LENGTH_MAX) return 'it is too long';
  const given = toUnvalidated(parseJson(Buffer.from(proof, 'base64').toString('utf8')));
  const [, signed = ''] = AUTHORIZATION.exec(stringField(given, 'authorization') ?? '') ?? [];
  const names = signed.split(';');
  if (!['host', 'x-amz-date', AUDIENCE_HEADER].every((name) => names.includes(name))) {
    return 'it is no signed request with the name of the function';
  }
  if (given.get(AUDIENCE_HEADER) !== audience) return 'it is for another function';
  const headers = PROOF_HEADERS.flatMap((name) => {
    const value = stringField(given, name);
    return value === undefined ? [] : [[name, value] as const];
  });
  if (!headers.every(([, value]) => HEADER_VALUE.test(value))) {
    return 'it has characters that no header has';
  }
  return Object.fromEntries(headers);
}
