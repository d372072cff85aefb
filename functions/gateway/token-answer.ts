/** `POST /v1/tokens`: a short-lived token for the identity that signed the request. */
import { boundCostCenters, isOperator } from '../../core/call/context/caller-cost-centers.ts';
import { type IdentityProofCheck, PROOF_HEADER } from '../../core/call/identity/identity-proof.ts';
import type { TokenKind } from '../../core/call/identity/proxy-key-format.ts';
import {
  LIVE_TOKENS_MAX,
  mintToken,
  parseTokenRequest,
  tokenReport,
} from '../../core/call/identity/tokens.ts';
import type { Policy } from '../../core/policy/policy.ts';
import type { PolicySource } from '../../core/policy/ports.ts';
import { isoTimestamp } from '../../core/time.ts';
import { type HttpEvent, type HttpResponse, jsonResponse } from '../edge/http.ts';
import { HttpProblemError } from '../edge/http-error.ts';

export const TOKEN_ROUTE = '/v1/tokens';

type TokenPorts = Parameters<typeof mintToken>[0] & { readonly policies: PolicySource };

/** The identity that the API has checked. @throws HttpProblem 401, whatever `identity` says. */
export function signerOf({ requestContext }: HttpEvent): string {
  const arn = requestContext.authorizer?.iam?.userArn;
  if (arn) return arn;
  const detail = 'Sign the request with SigV4: only an AWS identity gets a token.';
  throw new HttpProblemError('unauthenticated', detail);
}

/**
 * The identity of a direct invocation. Its event can name any identity, so that none is taken from
 * it. @throws HttpProblem 401 without a proof that AWS accepts.
 */
export async function proverOf(
  check: IdentityProofCheck,
  { headers }: HttpEvent,
  functionArn: string,
): Promise<string> {
  const proof = headers[PROOF_HEADER];
  if (proof === undefined) {
    const detail = 'There is no API: get tokens with "cost-sentry token --function".';
    throw new HttpProblemError('unauthenticated', detail);
  }
  const found = await check.verify(proof, functionArn);
  if (found.outcome === 'unavailable') throw found.error;
  if (found.outcome === 'known') return found.arn;
  throw new HttpProblemError('unauthenticated', `The proof is not valid: ${found.reason}.`);
}

/** @param arn of the identity that asks. @throws HttpProblem */
export async function tokenAnswer(
  ports: TokenPorts,
  arn: string,
  event: HttpEvent,
): Promise<HttpResponse> {
  const parsed = parseTokenRequest(event.body);
  if ('problems' in parsed) {
    const detail = parsed.problems.map(({ path, message }) => `${path}: ${message}`).join('; ');
    throw new HttpProblemError('invalid_request', detail, { errors: parsed.problems });
  }
  checkRights(await ports.policies.load(), arn, parsed.value.kind);
  const made = await mintToken(ports, arn, parsed.value);
  const now = ports.clock.now();
  if (made.outcome === 'made') {
    const { arn: identity, ...report } = tokenReport(made.record, now);
    return jsonResponse(200, { ...report, identity, token: made.token });
  }
  const seconds = Math.max(1, Math.ceil((made.freeAt - now) / 1_000));
  const detail = `This identity has ${LIVE_TOKENS_MAX} live tokens, the most it can have: the next one ends at ${isoTimestamp(made.freeAt)}. Use a token until it expires.`;
  throw new HttpProblemError('too_many_tokens', detail, {}, { 'retry-after': String(seconds) });
}

function checkRights(policy: Policy, arn: string, kind: TokenKind): void {
  const caller = { kind: 'iam', arn } as const;
  if (kind === 'operator') {
    if (isOperator(policy, caller)) return;
    const detail = 'This caller is not an operator: add its role to operators.iam_role_arns.';
    throw new HttpProblemError('forbidden_operator', detail);
  }
  if (boundCostCenters(policy, caller).length > 0) return;
  const detail =
    'This caller is not bound to any cost center: add its role to callers.iam_role_arns of one.';
  throw new HttpProblemError('forbidden_cost_center', detail);
}
