/** API Gateway's authorizers, with `--identity on`. */
import { KEY_PREFIX } from '../../core/call/identity/proxy-key-format.ts';
import { accountOf, type Identities, sessionArn } from '../setup/demo-identities.ts';
import { type SignedRequest, verifySigV4 } from './sigv4.ts';
import type { TokenIssuer } from './token-issuer.ts';

/** `requestContext.authorizer` of payload 2.0. */
export type AuthorizerContext =
  | { readonly iam: Readonly<Record<string, string | null>> }
  | { readonly jwt: { readonly claims: Readonly<Record<string, string>>; readonly scopes: null } };

export type Authorization =
  | { readonly authorizer: AuthorizerContext }
  | { readonly refused: string };

const KEY_ON_API =
  'This is a key of the proxy: use it on /openai/v1, /anthropic, /model or /v1/usage. The API takes ' +
  'signatures of AWS credentials, or JWTs.';

/** Accepts both SigV4 and bearer tokens; a route on AWS accepts one of them. */
export async function authorize(
  request: SignedRequest,
  identities: Identities,
  issuer: TokenIssuer,
): Promise<Authorization> {
  const bearer = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
  if (bearer?.startsWith(KEY_PREFIX)) return { refused: KEY_ON_API };
  if (bearer !== undefined) {
    const verified = await issuer.verify(bearer);
    if ('refused' in verified) return verified;
    return { authorizer: { jwt: { claims: verified.claims, scopes: null } } };
  }
  return authorizeSigned(request, identities);
}

/** The authorization type `AWS_IAM`. */
export async function authorizeSigned(
  request: SignedRequest,
  identities: Identities,
): Promise<Authorization> {
  const verified = await verifySigV4(request, identities.roles);
  if ('refused' in verified) return verified;
  const { roleArn, accessKeyId } = verified.role;
  return {
    authorizer: {
      iam: {
        accessKey: accessKeyId,
        accountId: accountOf(roleArn),
        callerId: `AROASANDBOX:sandbox`,
        cognitoIdentity: null,
        principalOrgId: null,
        userArn: sessionArn(roleArn),
        userId: 'AROASANDBOX:sandbox',
      },
    },
  };
}
