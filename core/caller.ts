/** The identity of a caller. */

/** As the API's authorizer established it; plain JSON. */
export type Caller =
  | IamCaller
  | { readonly kind: 'jwt'; readonly claims: Readonly<Record<string, string>> }
  | KeyCaller;

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
