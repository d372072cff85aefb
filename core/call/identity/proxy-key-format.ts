/**
 * The text of a key or token: `bcs_`, its id, its secret, and a checksum that shows a mistyped one.
 *
 * Ids of keys are made of 7 bytes, so that in base 62 they begin with a digit from 0 to 5. Ids of
 * tokens begin with a letter: an id alone shows which of the two it is.
 */

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
export const KEY_PREFIX = 'bcs_';
const ID_LENGTH = 10;
/** 256 bits. */
const SECRET_LENGTH = 43;
const CHECKSUM_LENGTH = 6;
export const ID_BYTES = 7;
export const TOKEN_ID_BYTES = 6;
export const SECRET_BYTES = 32;

const PATTERN = new RegExp(
  `^${KEY_PREFIX}([0-9A-Za-z]{${ID_LENGTH}})_([0-9A-Za-z]{${SECRET_LENGTH}})([0-9A-Za-z]{${CHECKSUM_LENGTH}})$`,
);

interface KeyParts {
  readonly id: string;
  readonly secret: string;
}

/** Undefined for what cannot be a key, so that it costs no read. */
export function parseKey(text: string): KeyParts | undefined {
  const [, id = '', secret = '', checksum = ''] = PATTERN.exec(text) ?? [];
  return id !== '' && checksumOf(id, secret) === checksum ? { id, secret } : undefined;
}

/** The parts of a new key, from random bytes. */
export function keyParts(idBytes: Uint8Array, secretBytes: Uint8Array): KeyParts {
  return { id: base62(idBytes, ID_LENGTH), secret: base62(secretBytes, SECRET_LENGTH) };
}

export type TokenKind = 'caller' | 'operator';

const TOKEN_MARKS = { caller: 't', operator: 'o' } as const satisfies Record<TokenKind, string>;

export function tokenParts(
  kind: TokenKind,
  idBytes: Uint8Array,
  secretBytes: Uint8Array,
): KeyParts {
  const id = `${TOKEN_MARKS[kind]}${base62(idBytes, ID_LENGTH - 1)}`;
  return { id, secret: base62(secretBytes, SECRET_LENGTH) };
}

const ID = new RegExp(`^[0-9A-Za-z]{${ID_LENGTH}}$`);

/** Whether a text can be the id of a key or token. */
export const isCredentialId = (text: string): boolean => ID.test(text);

export const isTokenId = (id: string): boolean =>
  isCredentialId(id) && Object.values(TOKEN_MARKS).some((mark) => id.startsWith(mark));

/** Whether a text begins as the tokens of operators do; it may still be wrong. */
export const isOperatorToken = (text: string): boolean =>
  text.startsWith(`${KEY_PREFIX}${TOKEN_MARKS.operator}`);

export const keyText = ({ id, secret }: KeyParts): string =>
  `${KEY_PREFIX}${id}_${secret}${checksumOf(id, secret)}`;

function checksumOf(id: string, secret: string): string {
  const bytes = new TextEncoder().encode(`${KEY_PREFIX}${id}_${secret}`);
  const sum = crc32(bytes);
  return base62(Uint8Array.of(sum >>> 24, sum >>> 16, sum >>> 8, sum), CHECKSUM_LENGTH);
}

function base62(bytes: Uint8Array, length: number): string {
  let value = bytes.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
  let text = '';
  for (let at = 0; at < length; at += 1) {
    text = (ALPHABET[Number(value % 62n)] ?? '0') + text;
    value /= 62n;
  }
  return text;
}

/** CRC-32 of ISO 3309, as in zip files. */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}
