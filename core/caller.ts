/** The identity of a caller. */

/** As the API's authorizer established it; plain JSON. */
export type Caller =
  | { readonly kind: 'iam'; readonly arn: string }
  | { readonly kind: 'jwt'; readonly claims: Readonly<Record<string, string>> };
