/**
 * Demo callers: for each cost center, roles and claims that match its `callers`. Not a security
 * boundary.
 */
import { createHash } from 'node:crypto';
import type { Policy } from '../../core/policy/policy.ts';

/** Names that a caller can use; absent lists mean everything of the cost center. */
interface Reach {
  readonly applications?: readonly string[];
  readonly environments?: readonly string[];
}

export interface RoleIdentity extends Reach {
  /** Absent: a caller that matches no cost center. */
  readonly costCenter?: string;
  /** Matches `operators`. */
  readonly operator?: true;
  readonly roleArn: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

interface TokenIdentity extends Reach {
  readonly costCenter: string;
  readonly claims: Readonly<Record<string, string>>;
}

export interface Identities {
  readonly roles: readonly RoleIdentity[];
  readonly tokens: readonly TokenIdentity[];
}

const STRANGER = 'arn:aws:iam::000000000000:role/stranger';

/**
 * A role for each pattern of `callers.iam_role_arns`, a role that matches none, a role for each of
 * `operators`, and the JWT claims.
 */
export function createDemoIdentities(policy: Policy): Identities {
  const centers = [...policy.costCenters.values()];
  return {
    roles: [
      ...centers.flatMap(({ name, callers }) =>
        (callers ?? []).flatMap(({ iamRoleArns, applications, environments }) =>
          iamRoleArns.map((pattern) => ({
            costCenter: name,
            ...(applications && { applications }),
            ...(environments && { environments }),
            ...roleWithKeys(matching(pattern)),
          })),
        ),
      ),
      roleWithKeys(STRANGER),
      ...policy.operators.iamRoleArns.map((pattern) => ({
        operator: true as const,
        ...roleWithKeys(matching(pattern)),
      })),
    ],
    tokens: centers.flatMap(({ name, callers }) =>
      (callers ?? []).flatMap(({ jwt, applications, environments }) =>
        Object.keys(jwt).length === 0
          ? []
          : [
              {
                costCenter: name,
                // An address alone would bind no one.
                claims: { ...jwt, ...('email' in jwt && { email_verified: 'true' }) },
                ...(applications && { applications }),
                ...(environments && { environments }),
              },
            ],
      ),
    ),
  };
}

/** A role ARN that matches the pattern; the wildcard of an SSO role is 16 hexadecimal digits. */
const matching = (pattern: string): string =>
  pattern
    .replace(/(\/AWSReservedSSO_[^/]*_)\*$/, `$1${'0123456789abcdef'}`)
    .replaceAll('*', 'sandbox');

const roleWithKeys = (roleArn: string) => ({
  roleArn,
  accessKeyId: `ASIA${digest(`id ${roleArn}`)
    .replace(/[^A-Z2-7]/g, '')
    .slice(0, 16)
    .padEnd(16, 'X')}`,
  secretAccessKey: digest(`secret ${roleArn}`).slice(0, 40),
});

const digest = (text: string): string => createHash('sha512').update(text).digest('base64');

/** ARN of a session of the role, as API Gateway reports it: without the role's path. */
export function sessionArn(roleArn: string): string {
  const [, partition = 'aws', , , account = '', resource = ''] = roleArn.split(':');
  const name = resource.split('/').at(-1) ?? '';
  return `arn:${partition}:sts::${account}:assumed-role/${name}/sandbox`;
}

export const accountOf = (roleArn: string): string => roleArn.split(':')[4] ?? '';
