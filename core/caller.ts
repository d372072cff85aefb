/** The identity of a caller. */

/** As the API's authorizer established it; plain JSON. */
export type Caller = IamCaller | JwtCaller | KeyCaller;

interface JwtCaller {
  readonly kind: 'jwt';
  /** As text, as an HTTP API passes them on; a list as `[a b]`. */
  readonly claims: Readonly<Record<string, string>>;
  /** Sent to the proxy, which has its own issuer and is open to the internet. */
  readonly isProxied?: true;
}

export interface IamCaller {
  readonly kind: 'iam';
  readonly arn: string;
  /** Id of the token that it calls with; absent: it signs its requests. */
  readonly token?: string;
}

/** The bearer of a key of this deployment: the key itself names what it is bound to. */
export interface KeyCaller {
  readonly kind: 'key';
  readonly id: string;
  readonly costCenter: string;
  readonly user?: string;
  readonly groups?: readonly string[];
  /** The same for a key and those it was rotated to. */
  readonly family?: string;
}

export const ownClaim = (
  claims: Readonly<Record<string, string>>,
  name: string,
): string | undefined => (Object.hasOwn(claims, name) ? claims[name] : undefined);

/** A person who can change the own address without proof could pass for another. */
export const isVerifiedClaim = (claims: Readonly<Record<string, string>>, name: string): boolean =>
  name !== 'email' || ownClaim(claims, 'email_verified') === 'true';
