/**
 * Patterns of `callers.iam_role_arns`, and which role sessions they match.
 *
 * API Gateway and Function URLs identify a role by the ARN of its session, and that ARN contains
 * the role's name but not its path. A pattern can therefore select by account and name only; what
 * would need the path is refused when a configuration is checked and matches no one at run time.
 */
import { quoted } from '../safe-text.ts';
import { matchesWildcard } from './wildcard.ts';

/** The role behind a session. */
interface SessionRole {
  readonly partition: string;
  readonly account: string;
  readonly name: string;
}

const SESSION = /^arn:(aws[a-z-]*):sts::(\d{12}):assumed-role\/([\w+=,.@-]{1,64})\/[^/]+$/;
const PATTERN = /^arn:(aws[a-z-]*):iam::(\d{12}):role\/((?:[^/]+\/)*)([^/]*)$/;

/** The role of an assumed-role session; undefined for users, federated users and root. */
export function sessionRole(arn: string): SessionRole | undefined {
  const [, partition, account, name] = SESSION.exec(arn) ?? [];
  if (partition === undefined || account === undefined || name === undefined) return undefined;
  return { partition, account, name };
}

/** The problem of a role ARN pattern, or undefined. */
export function rolePatternProblem(pattern: string): string | undefined {
  const [, , , path, name] = PATTERN.exec(pattern) ?? [];
  if (path === undefined || name === undefined || name === '') {
    return `${quoted(pattern)} does not end with the name of a role: use one such as ${EXAMPLE}`;
  }
  const hasName = /[A-Za-z0-9]/.test(name);
  if (path !== '' && name.includes('*')) {
    const bare = hasName ? quoted(pattern.replace(`:role/${path}`, ':role/')) : EXAMPLE;
    return (
      `${quoted(pattern)} has a path and a wildcard in its last segment. The ARN of a session ` +
      'does not contain the path of its role, so this would match roles with any path: ' +
      `use the names of the roles without a path, such as ${bare}`
    );
  }
  if (hasName) return undefined;
  return (
    `${quoted(pattern)} has no letter or digit in its last segment, so it would match every role ` +
    `of the account: use the names of the roles, such as ${EXAMPLE}`
  );
}

const EXAMPLE = '"arn:aws:iam::111122223333:role/sales-*"';

/** Whether a session's role has the pattern's account and name. Case-sensitive, as IAM is. */
export function matchesRole(pattern: string, role: SessionRole): boolean {
  const [, partition, account, , name = ''] = PATTERN.exec(pattern) ?? [];
  if (rolePatternProblem(pattern) !== undefined) return false;
  if (partition !== role.partition || account !== role.account) return false;
  return matchesName(name, role.name);
}

const SSO_PREFIX = 'AWSReservedSSO_';
const SSO_SUFFIX = /_[0-9a-f]{16}$/;

interface SessionUser {
  readonly name: string;
  /** Whether IAM Identity Center made the session: it names the session after the person. */
  readonly isIdentityCenter: boolean;
}

/** The session of an assumed role's ARN, `arn:aws:sts::111122223333:assumed-role/<role>/<session>`. */
export function sessionUser(arn: string): SessionUser | undefined {
  const [, role = '', name = ''] = /:assumed-role\/([^/]+)\/([^/]+)$/.exec(arn) ?? [];
  if (name === '') return undefined;
  const isIdentityCenter = role.startsWith(SSO_PREFIX) && SSO_SUFFIX.test(role);
  return { name, isIdentityCenter };
}

/**
 * IAM Identity Center names its roles `AWSReservedSSO_<permission set>_<16 hex digits>`. A final
 * `_*` of such a pattern matches those digits only, so that `…_Sales_*` is not also `…_Sales_Admin`.
 */
function matchesName(pattern: string, name: string): boolean {
  if (!pattern.startsWith(SSO_PREFIX) || !pattern.endsWith('_*'))
    return matchesWildcard(pattern, name);
  return (
    SSO_SUFFIX.test(name) && matchesWildcard(pattern.slice(0, -2), name.replace(SSO_SUFFIX, ''))
  );
}
