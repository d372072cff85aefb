/** The caller of a request, by its key or token; in a sandbox without identities, by its headers. */
import type { JwtCheck } from '../../core/call/identity/jwt-check.ts';
import type { KeyCheck } from '../../core/call/identity/proxy-key-check.ts';
import { KEY_PREFIX } from '../../core/call/identity/proxy-key-format.ts';
import {
  isToken,
  type KeyRecord,
  type TokenRecord,
} from '../../core/call/identity/proxy-key-record.ts';
import type { Caller } from '../../core/caller.ts';
import type { SentryError } from '../../core/errors.ts';
import { sessionUser } from '../../core/policy/role-pattern.ts';
import { namedUser } from '../../core/policy/user-name.ts';
import type { NamedContext } from '../../core/protocols/relay/names.ts';
import { credentialsIn, TWO_CREDENTIALS } from '../edge/credentials-in.ts';

export interface Sender {
  /** Absent only where no identity is checked. */
  readonly caller?: Caller;
  readonly key: NamedContext;
  readonly models?: readonly string[];
  /** The token is one of an operator, which calls no model. */
  readonly isOperator?: true;
}

export type Authentication =
  | { readonly outcome: 'known'; readonly sender: Sender }
  | { readonly outcome: 'refused'; readonly status: 401 | 403; readonly detail: string }
  | { readonly outcome: 'unavailable'; readonly error: SentryError };

/** Each is absent where it is not accepted. */
interface Credentials {
  readonly keys?: KeyCheck;
  readonly jwts?: JwtCheck;
}

/** @param isRequired false in a sandbox without identities: only what looks like a key is checked. */
export async function authenticate(
  headers: Headers,
  { keys, jwts }: Credentials,
  isRequired: boolean,
): Promise<Authentication> {
  const given = credentialsIn(headers);
  const relevant = isRequired ? given : given.filter((text) => text.startsWith(KEY_PREFIX));
  const [text, another] = relevant;
  if (another !== undefined) {
    return { outcome: 'refused', status: 401, detail: TWO_CREDENTIALS };
  }
  if (text === undefined) {
    return isRequired
      ? { outcome: 'refused', status: 403, detail: NO_KEY }
      : { outcome: 'known', sender: { key: {} } };
  }
  if (!text.startsWith(KEY_PREFIX) && jwts) return jwtSender(text, jwts);
  if (!keys) return { outcome: 'refused', status: 403, detail: NO_KEYS };
  const found = await keys.find(text);
  if (found.outcome === 'unavailable') return found;
  if (found.outcome === 'unknown') return { outcome: 'refused', status: 403, detail: WRONG_KEY };
  const { record } = found;
  if (!isToken(record)) return { outcome: 'known', sender: senderOf(record) };
  const isOperator = record.kind === 'operator' && { isOperator: true as const };
  return { outcome: 'known', sender: { ...tokenSender(record), ...isOperator } };
}

const NO_KEY =
  'A key or token is required: send one of this service as a bearer token (such as AWS_BEARER_TOKEN_BEDROCK) or x-api-key, made with "cost-sentry keys create" or "cost-sentry token".';
const NO_KEYS =
  'Keys are not accepted here: send a JWT of the identity provider as a bearer token.';
const WRONG_KEY =
  'The key or token is not known, has expired or was revoked: use a key made with "cost-sentry keys create", or a new token of "cost-sentry token".';
export const OPERATOR_TOKEN =
  'This is the token of an operator, which calls no model: use one of "cost-sentry token" without --operator.';

function senderOf(record: KeyRecord): Sender {
  const { id, family, costCenter, application, environment, user, groups, models } = record;
  return {
    caller: {
      kind: 'key',
      id,
      family,
      costCenter,
      ...(user !== undefined && { user }),
      ...(groups && { groups }),
    },
    key: { costCenter, application, environment, user },
    ...(models && { models }),
  };
}

/** The cost center is that of the identity at this moment: see `callers`. */
function tokenSender({ id, arn }: TokenRecord): Sender {
  const session = sessionUser(arn);
  const user = session?.isIdentityCenter ? namedUser(session.name) : undefined;
  return { caller: { kind: 'iam', arn, token: id }, key: { user } };
}

/** Its cost center is that of its claims at this moment: see `callers`. */
async function jwtSender(text: string, jwts: JwtCheck): Promise<Authentication> {
  const found = await jwts.verify(text);
  if (found.outcome === 'unavailable') return found;
  if (found.outcome === 'refused') {
    const detail = `The token is not accepted: ${found.reason}.`;
    return { outcome: 'refused', status: 403, detail };
  }
  const caller = { kind: 'jwt', claims: found.claims, isProxied: true } as const;
  return { outcome: 'known', sender: { caller, key: {} } };
}
