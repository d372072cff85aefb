/** The port that checks JWTs of an identity provider. */
import type { IdentityUnavailableError } from '../../errors.ts';

type JwtResult =
  | { readonly outcome: 'known'; readonly claims: Readonly<Record<string, string>> }
  | { readonly outcome: 'refused'; readonly reason: string }
  /** The keys of the issuer cannot be read now. */
  | { readonly outcome: 'unavailable'; readonly error: IdentityUnavailableError };

export interface JwtCheck {
  verify(token: string): Promise<JwtResult>;
}
