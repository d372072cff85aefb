/** The user, key or session that an operator names, to see or change what it has of a limit. */
import type { InputProblem } from '../input-problem.ts';
import { quoted } from '../safe-text.ts';
import { type Holder, PERS, type Per } from './policy.ts';
import { canonicalUser, namedUser, UNKNOWN } from './user-name.ts';

/** At most one of them. */
export type NamedHolder = Partial<Readonly<Record<Per, string | undefined>>>;

interface NameRule {
  /** The name in the form in which it is counted. */
  readonly read: (text: string) => string | undefined;
  readonly message: (text: string) => string;
}

const KEY_ID = /^[0-9A-Za-z]{10}$/;
/** Whether it is a key's own id: its calls count on the counter of the family. */
export const isKeyId = (name: string): boolean => KEY_ID.test(name);

/** Keys are counted by their family, tokens by the ARN of their identity. */
const TOKENS = /^arn:[\w:/+=,.@-]{1,240}$/;
/** The hash of what the caller named it, as denials and `usage --per session` show it. */
const SESSION = /^[0-9a-f]{32}$/;

const RULES: Readonly<Record<Per, NameRule>> = {
  user: {
    read: namedUser,
    message: (text) => `must be 1 to 128 printable characters, got ${quoted(text)}`,
  },
  key: {
    read: (text) => (isKeyId(text) || TOKENS.test(text) ? text : undefined),
    // It could be the key itself, which is not repeated in a message.
    message: () =>
      'must be the id of a key, as "cost-sentry keys list" shows it, the ARN of an identity with ' +
      'tokens, or "unknown" for calls without a key',
  },
  session: {
    read: (text) => (SESSION.test(text) ? text : undefined),
    message: () =>
      'must be the 32 hexadecimal digits that denials and usage show of a session, or "unknown" ' +
      'for calls without a session',
  },
};

/**
 * The name on whose counter the calls of one are counted, or of all calls that name none; undefined
 * for a name that no counter has.
 */
export const countedName = (kind: Per, text: string): string | undefined =>
  canonicalUser(text) === UNKNOWN ? UNKNOWN : RULES[kind].read(text);

type NamedHolderResult =
  | { readonly holder: Holder | undefined }
  | { readonly problem: InputProblem & { readonly path: Per } };

export function namedHolder(named: NamedHolder): NamedHolderResult {
  const given = PERS.flatMap((kind) => {
    const text = named[kind];
    return text === undefined ? [] : [{ kind, text }];
  });
  const [first, another] = given;
  if (!first) return { holder: undefined };
  if (another) {
    const message = `conflicts with \`${first.kind}\`: give one of them`;
    return { problem: { path: another.kind, message } };
  }
  const { kind, text } = first;
  const name = countedName(kind, text);
  return name === undefined
    ? { problem: { path: kind, message: RULES[kind].message(text) } }
    : { holder: { kind, name } };
}

/** Only the names, of something that has them. */
export const namesIn = ({ user, key, session }: NamedHolder): NamedHolder => ({
  user,
  key,
  session,
});

/** The holder, or undefined where it cannot be one: the change that names it has the problem. */
export function holderIn(named: NamedHolder): Holder | undefined {
  const found = namedHolder(named);
  return 'holder' in found ? found.holder : undefined;
}
