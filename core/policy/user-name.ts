/** One form for the name of one person, however it was typed. */

const USER_LENGTH_MAX = 128;
/** The counter of calls that name no user, key or session. */
export const UNKNOWN = 'unknown';

/** Control, invisible and unassigned characters, and all that only change how others look. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/** Without invisible characters, NFKC, lower case, trimmed; the form does not change again. */
export function canonicalUser(text: string): string {
  let name = text;
  // Each step can make work for another one: a few rounds, and the form is stable.
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    const next = name.normalize('NFKC').replace(INVISIBLE, '').toLowerCase().trim();
    if (next === name) break;
    name = next;
  }
  return name;
}

const ROUNDS_MAX = 4;

const MAIL = /^[^\s@]+@[^\s@]+$/;
const ISSUER = /^https:\/\//;

/**
 * The user that a claim of a token names: an address in its one form, another value byte for byte
 * behind its issuer, as only the issuer can say what it means.
 */
export function claimedUser(issuer: string, claim: string): string | undefined {
  const name = canonicalUser(claim);
  return userOrUndefined(MAIL.test(name) ? name : `${asIssuer(issuer)}#${claim}`);
}

const asIssuer = (issuer: string): string => (ISSUER.test(issuer) ? issuer : `https://${issuer}`);

/** The user that a name means, or the same with its issuer; undefined for one that cannot be. */
export const namedUser = (text: string): string | undefined =>
  userOrUndefined(ISSUER.test(text) ? text : canonicalUser(text));

const userOrUndefined = (name: string): string | undefined => (isUserName(name) ? name : undefined);

/** Whether a name is in the form in which it is counted. */
export function isUserName(name: string): boolean {
  if (name === '' || name === UNKNOWN || [...name].length > USER_LENGTH_MAX) return false;
  return ISSUER.test(name) ? name.search(INVISIBLE) < 0 : canonicalUser(name) === name;
}
