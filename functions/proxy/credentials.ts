/** The caller of a request, by its key; in a sandbox without identities, by its headers. */
import type { KeyCheck } from '../../core/call/identity/key-check.ts';
import { KEY_PREFIX } from '../../core/call/identity/key-format.ts';
import type { KeyRecord } from '../../core/call/identity/key-record.ts';
import type { KeyCaller } from '../../core/caller.ts';
import type { LedgerUnavailableError } from '../../core/errors.ts';
import type { NamedContext } from '../../core/protocols/relay/names.ts';

export interface Sender {
  /** Absent only where no identity is checked. */
  readonly caller?: KeyCaller;
  readonly key: NamedContext;
  readonly models?: readonly string[];
}

export type Authentication =
  | { readonly outcome: 'known'; readonly sender: Sender }
  | { readonly outcome: 'refused'; readonly status: 401 | 403; readonly detail: string }
  | { readonly outcome: 'unavailable'; readonly error: LedgerUnavailableError };

/** @param isRequired false in a sandbox without identities: only what looks like a key is checked. */
export async function authenticate(
  headers: Headers,
  keys: KeyCheck,
  isRequired: boolean,
): Promise<Authentication> {
  const given = [...new Set(credentialsIn(headers))];
  const relevant = isRequired ? given : given.filter((text) => text.startsWith(KEY_PREFIX));
  const [text, another] = relevant;
  if (another !== undefined) {
    const detail = 'Two different credentials were sent: send one.';
    return { outcome: 'refused', status: 401, detail };
  }
  if (text === undefined) {
    return isRequired
      ? { outcome: 'refused', status: 403, detail: NO_KEY }
      : { outcome: 'known', sender: { key: {} } };
  }
  const found = await keys.find(text);
  if (found.outcome === 'unavailable') return found;
  if (found.outcome === 'unknown') return { outcome: 'refused', status: 403, detail: WRONG_KEY };
  return { outcome: 'known', sender: senderOf(found.record) };
}

const NO_KEY =
  'A key is required: send one of this service as a bearer token (such as AWS_BEARER_TOKEN_BEDROCK) or x-api-key, made with "cost-sentry keys create".';
const WRONG_KEY =
  'The key is not known, has expired or was revoked: use a key of this service, made with "cost-sentry keys create".';

/** SigV4 of a client is no credential here: nothing can verify it. */
function credentialsIn(headers: Headers): readonly string[] {
  const bearer = /^Bearer +(\S+) *$/i.exec(headers.get('authorization') ?? '')?.[1];
  const apiKey = headers.get('x-api-key') ?? undefined;
  return [bearer, apiKey].flatMap((text) => (text ? [text] : []));
}

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
