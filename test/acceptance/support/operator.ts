/** An operator of the deployed API: a token for a role, and changes with it. */
import type { Deployment } from './deployment.ts';
import { ACCOUNT, type Facade } from './facade.ts';
import { requestApi } from './http-api.ts';
import { textAt } from './members.ts';
import { withRole } from './roles.ts';

/** Of the module, in the configuration. */
export const OPERATORS = `operators = { iam_role_arns = ["arn:aws:iam::${ACCOUNT}:role/finops"] }`;

/** Raises a limit with the token of a role; `path: status` of each request. */
export async function raiseAs(
  facade: Facade,
  deployment: Deployment,
  role: string,
): Promise<readonly string[]> {
  const { apiEndpoint, callerPolicy } = await deployment.outputs();
  const change = { action: 'raise', limit: 'organization/monthly-budget', by: 1, until: '1h' };
  return withRole(facade, role, callerPolicy('sales'), async (roleArn) => {
    const send = (path: string, body: object, over: object) =>
      requestApi(facade, apiEndpoint, { method: 'POST', path, body, ...over });
    const minted = await send('/v1/tokens', { operator: true }, { roleArn });
    const token = minted.status === 200 ? textAt(minted.body, 'token') : 'none';
    const raised = await send(
      '/v1/operator/limits',
      { ...change, reason: 'test' },
      // The event names a role too: the function must not believe it.
      { headers: { authorization: `Bearer ${token}` }, roleArn },
    );
    return [`tokens: ${minted.status}`, `limits: ${raised.status}`];
  });
}
