/** Names in the path and the headers of a request. */
import type { NamedContext } from '../../core/protocols/relay/names.ts';

export function headerNames(headers: Headers): NamedContext {
  const name = (kind: string): string | undefined => headers.get(`x-sentry-${kind}`) ?? undefined;
  return {
    costCenter: name('cost-center'),
    application: name('application'),
    environment: name('environment'),
  };
}

const SESSION_HEADERS = ['x-sentry-session', 'x-claude-code-session-id'];
/** Printable: it is written into the audit log as it is. */
const SESSION = /^[\x21-\x7e]{1,128}$/;

export function sessionOf(headers: Headers): { readonly sessionId?: string } {
  const found = SESSION_HEADERS.map((name) => headers.get(name) ?? '').find((id) => id !== '');
  return found !== undefined && SESSION.test(found) ? { sessionId: found } : {};
}

const BEDROCK_HEADER = /^x-amzn-bedrock-/;

export const bedrockHeaders = (headers: Headers): Readonly<Record<string, string>> =>
  Object.fromEntries([...headers].filter(([name]) => BEDROCK_HEADER.test(name)));

const SYSTEM_ARN =
  /^arn:[\w-]+:bedrock:([\w-]+):(\d*):(foundation-model|inference-profile)\/([^/]+)$/;

/** The ARN that AWS gives a model or its own profile, here and in this account, stands for its id. */
export function modelNameOf(
  name: string,
  { region, accountId }: { readonly region: string; readonly accountId: string },
): string {
  const [, inRegion, account, kind, id = name] = SYSTEM_ARN.exec(name) ?? [];
  const isHere = inRegion === region && account === (kind === 'foundation-model' ? '' : accountId);
  return isHere ? id : name;
}
