/** Allows each caller of AWS only what the policies of its role allow. */
import { type AccessRequest, decide } from '../../support/iam/decide.ts';
import { accessDenied } from './access-denied.ts';
import { type AwsAnswer, refuse } from './aws-answer.ts';
import type { AwsCall } from './aws-call.ts';
import { type AccessSurroundings, accessRequestsOf } from './iam-actions.ts';
import type { RolePolicies } from './role-policies.ts';

/** By access key: the roles that a call of it must be allowed to; undefined for an unknown key. */
type RolesOf = (accessKey: string) => readonly string[] | undefined;

interface AccessOptions {
  readonly surroundings: AccessSurroundings;
  readonly policies: RolePolicies;
  readonly rolesOf: RolesOf;
}

/** Access key that may do everything: for the deployment, and for tests that look at it from outside. */
export const OPERATOR = 'none';

export class Access {
  /** Denied requests, as `role action resource`. */
  readonly refused: string[] = [];
  /** Allowed requests, as `role action`. */
  readonly used = new Set<string>();
  readonly #options: AccessOptions;

  constructor(options: AccessOptions) {
    this.#options = options;
  }

  /** @returns the refusal of a call that is not allowed. */
  async refusal(call: AwsCall): Promise<AwsAnswer | undefined> {
    if (call.caller === OPERATOR) return undefined;
    const roleArns = this.#options.rolesOf(call.caller);
    if (!roleArns || roleArns.length === 0) {
      this.refused.push(`${call.caller} ${call.service} ${call.operation}`);
      const message = 'The security token included in the request is invalid.';
      return refuse('UnrecognizedClientException', message, 403);
    }
    const requests = accessRequestsOf(call, this.#options.surroundings);
    const [roleArn = ''] = roleArns;
    if (!requests) return this.#deny(call, roleArn, unknownOf(call));
    for (const roleArn of roleArns) {
      for (const request of requests) {
        if (!(await this.allows(roleArn, request))) return this.#deny(call, roleArn, request);
        this.used.add(`${roleNameOf(roleArn)} ${request.action}`);
      }
    }
    return undefined;
  }

  /** Whether the policies of a role allow one action. */
  async allows(roleArn: string, request: AccessRequest): Promise<boolean> {
    const layers = await this.#options.policies.of(roleNameOf(roleArn));
    const context = { 'aws:PrincipalArn': roleArn, ...request.context };
    return decide(layers, { ...request, context }).outcome === 'allowed';
  }

  #deny(call: AwsCall, roleArn: string, { action, resource }: AccessRequest): AwsAnswer {
    const role = roleNameOf(roleArn);
    this.refused.push(`${role} ${action} ${resource}`);
    const { account } = this.#options.surroundings;
    const who = `arn:aws:sts::${account}:assumed-role/${role}/${call.caller}`;
    return accessDenied({ service: call.service, who, action, resource });
  }
}

/** Whether it is allowed is not known, so it is not. */
const unknownOf = ({ service, operation }: AwsCall): AccessRequest => ({
  action: `${service}:${operation}`,
  resource: '*',
});

const roleNameOf = (arn: string): string => arn.split('/').at(-1) ?? '';
