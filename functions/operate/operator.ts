/** The operator behind a request: by an own token, or a JWT of the identity provider. */
import { isOperator } from '../../core/call/context/caller-cost-centers.ts';
import { claimedPerson } from '../../core/call/identity/call-identity.ts';
import type { JwtCheck } from '../../core/call/identity/jwt-check.ts';
import type { KeyCheck } from '../../core/call/identity/proxy-key-check.ts';
import { isOperatorToken, KEY_PREFIX } from '../../core/call/identity/proxy-key-format.ts';
import { isToken } from '../../core/call/identity/proxy-key-record.ts';
import type { Caller } from '../../core/caller.ts';
import type { Policy } from '../../core/policy/policy.ts';
import type { PolicySource } from '../../core/policy/ports.ts';
import { printable } from '../../core/safe-text.ts';
import { credentialsIn, TWO_CREDENTIALS } from '../edge/credentials-in.ts';
import { HttpProblemError } from '../edge/http-error.ts';

export interface Operator {
  /** As the audit log names it. */
  readonly author: string;
  /** Absent only in a sandbox without identities. */
  readonly caller?: Caller;
}

interface OperatorPorts {
  readonly keys: KeyCheck;
  /** Absent where no JWT is accepted. */
  readonly jwts?: JwtCheck;
  readonly policies: PolicySource;
  /** False in a sandbox without identities: only what looks like a token is checked. */
  readonly isRequired: boolean;
}

const NO_TOKEN =
  'A token of an operator is required: send one of "cost-sentry token --operator" as a bearer token.';
const NO_OPERATOR =
  'This caller is not an operator: its role or claims are not among those of "operators".';
const CALLERS_CREDENTIAL =
  'This is the key or token of a caller: use a token of "cost-sentry token --operator".';
const WRONG_TOKEN =
  'The token is not known, has expired or was revoked: get a new one with "cost-sentry token --operator".';

/** No identity is taken from the event: a forged one gives no rights. @throws HttpProblem */
export async function operatorOf(headers: Headers, ports: OperatorPorts): Promise<Operator> {
  const given = credentialsIn(headers);
  const relevant = ports.isRequired ? given : given.filter((text) => text.startsWith(KEY_PREFIX));
  const [text, another] = relevant;
  if (another !== undefined) unauthenticated(TWO_CREDENTIALS);
  if (text === undefined) {
    if (ports.isRequired) unauthenticated(NO_TOKEN);
    return { author: 'sandbox' };
  }
  const caller = text.startsWith(KEY_PREFIX)
    ? await tokenCaller(text, ports)
    : await jwtCaller(text, ports);
  const policy = await ports.policies.load();
  if (!isOperator(policy, caller)) throw new HttpProblemError('forbidden_operator', NO_OPERATOR);
  return { author: authorOf(policy, caller), caller };
}

async function tokenCaller(text: string, { keys }: OperatorPorts): Promise<Caller> {
  if (!isOperatorToken(text)) throw new HttpProblemError('forbidden_operator', CALLERS_CREDENTIAL);
  const found = await keys.find(text);
  if (found.outcome === 'unavailable') throw found.error;
  if (found.outcome === 'unknown') unauthenticated(WRONG_TOKEN);
  const { record } = found;
  if (isToken(record) && record.kind === 'operator') {
    return { kind: 'iam', arn: record.arn, token: record.id };
  }
  throw new HttpProblemError('forbidden_operator', CALLERS_CREDENTIAL);
}

async function jwtCaller(text: string, { jwts }: OperatorPorts): Promise<Caller> {
  if (!jwts) unauthenticated(NO_TOKEN);
  const found = await jwts.verify(text);
  if (found.outcome === 'unavailable') throw found.error;
  if (found.outcome === 'refused') {
    unauthenticated(`The token is not accepted: ${printable(found.reason, 200)}.`);
  }
  return { kind: 'jwt', claims: found.claims };
}

function unauthenticated(detail: string): never {
  throw new HttpProblemError('unauthenticated', detail, {}, { 'www-authenticate': 'Bearer' });
}

const AUTHOR_MAX = 256;

/** A role's session, the user of a token, or its subject. */
function authorOf(policy: Policy, caller: Caller): string {
  if (caller.kind === 'iam') return caller.arn;
  if (caller.kind === 'key') return caller.id;
  const { user } = claimedPerson(policy.userClaims, caller.claims);
  const { iss = '', sub = '' } = caller.claims;
  return printable(user ?? `${iss}|${sub}`, AUTHOR_MAX);
}
