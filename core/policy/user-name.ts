/** One form for the name of one person, however it was typed. */

const USER_LENGTH_MAX = 128;
/** The counter of calls that name no user, key or session. */
export const UNKNOWN = 'unknown';

/**
 * Control, invisible and unassigned characters, and all that only change how others look. Unicode
 * has the blank of Braille, U+2800, among the symbols.
 */
const INVISIBLE =
  /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]/gu;

const SPACES = /\s+/gu;

/** Through upper case: \u03c2 and \u03c3, or \u00df and ss, are the same letters in capitals. */
const folded = (text: string): string => text.toUpperCase().toLowerCase();

/** Without invisible characters, NFKC, lower case, single spaces; the form does not change again. */
export function canonicalUser(text: string): string {
  let name = text;
  // Each step can make work for another one: a few rounds, and the form is stable.
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    const plain = name.normalize('NFKC').replace(SPACES, ' ').replace(INVISIBLE, '');
    const next = folded(plain).replace(SPACES, ' ').trim();
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
  if (name === '') return undefined;
  // A name that begins like an issuer would be that of another issuer's user.
  const isMail = MAIL.test(name) && !ISSUER.test(name);
  return userOrUndefined(isMail ? name : `${asIssuer(issuer)}#${claim}`);
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
