/**
 * Money as integers. One nano-USD is 10^-9 USD: the smallest catalogue price (USD 0.00875 per
 * million tokens) times one token is 8.75 nano-USD, so prices are kept per million tokens and a
 * cost is rounded up once per call.
 */

declare const nanoUsd: unique symbol;
/** An amount of money in nano-USD (10^-9 USD). */
export type NanoUsd = bigint & { readonly [nanoUsd]: true };

const NANO_DIGITS = 9;
const DECIMAL = /^(\d{1,15})(?:\.(\d{1,15}))?$/;

export const nano = (value: bigint): NanoUsd => value as NanoUsd;

/**
 * Reads a decimal amount of USD without passing through floating-point arithmetic.
 * A number is read through its shortest decimal form, which is what its author typed.
 * @returns undefined when it is no plain decimal, is negative, or needs more than nine decimals.
 */
export function parseUsd(value: number | string): NanoUsd | undefined {
  const match = DECIMAL.exec(typeof value === 'number' ? plainDecimal(value) : value.trim());
  if (!match) return undefined;
  const [, whole = '', fraction = ''] = match;
  const digits = fraction.replace(/0+$/, '');
  if (digits.length > NANO_DIGITS) return undefined;
  return nano(BigInt(whole + digits.padEnd(NANO_DIGITS, '0')));
}

/** JavaScript prints numbers below 1e-6 with an exponent; a price of 1e-7 is still a decimal. */
function plainDecimal(value: number): string {
  const text = String(value);
  return /e-/i.test(text) ? value.toFixed(12).replace(/0+$/, '') : text;
}

/**
 * Formats nano-USD as decimal USD with at least two decimals and no needless zeros ("500.00",
 * "0.000123").
 */
export function formatUsd(amount: bigint | number): string {
  const value = BigInt(amount);
  const digits = (value < 0n ? -value : value).toString().padStart(NANO_DIGITS + 1, '0');
  const whole = digits.slice(0, -NANO_DIGITS);
  const fraction = digits.slice(-NANO_DIGITS).replace(/0+$/, '').padEnd(2, '0');
  return `${value < 0n ? '-' : ''}${whole}.${fraction}`;
}

export const maxOf = (left: bigint, right: bigint): bigint => (left > right ? left : right);

/** Divides two non-negative integers, rounding up: what we charge is never below the true cost. */
export function divCeil(dividend: bigint, divisor: bigint): bigint {
  return (dividend + divisor - 1n) / divisor;
}

/**
 * The one place where core integers become JSON and DynamoDB numbers.
 * @throws RangeError above 2^53-1 (about USD 9 million), where a number would lose nano-USD.
 */
export function toSafeInteger(value: bigint): number {
  const result = Number(value);
  if (!Number.isSafeInteger(result)) throw new RangeError(`${value} is not a safe integer`);
  return result;
}
