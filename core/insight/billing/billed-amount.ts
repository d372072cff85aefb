/**
 * Amounts as Cost Explorer returns them: decimal strings of any precision, such as `"0.0000123456"`
 * and `"1.2E-7"`. They are added up exactly, and rounded only to be shown.
 */

declare const billedAmount: unique symbol;
/** An amount of money in 10^-40 of its currency; negative for credits and refunds. */
export type BilledAmount = bigint & { readonly [billedAmount]: true };

/** A double printed to its last digit has 17 of them: this holds each down to 10^-23. */
const DECIMALS = 40;
/** Of the smallest unit in a nano-USD. */
const NANO = 1e31;
const DECIMAL = /^([+-]?)(\d{1,30})(?:\.(\d{1,80}))?(?:[eE]([+-]?\d{1,2}))?$/;

/**
 * Powers of ten up to the largest shift of `parseBilled`; computing them again would take most of
 * the time.
 */
const POWERS = Array.from({ length: 220 }, (_, exponent) => 10n ** BigInt(exponent));
const powerOf10 = (exponent: number): bigint => POWERS[exponent] ?? 10n ** BigInt(exponent);

const billed = (value: bigint): BilledAmount => value as BilledAmount;

export const NOTHING_BILLED: BilledAmount = billed(0n);

export const addBilled = (left: BilledAmount, right: BilledAmount): BilledAmount =>
  billed(left + right);

export const subtractBilled = (left: BilledAmount, right: BilledAmount): BilledAmount =>
  billed(left - right);

/** @returns undefined when it is no decimal number, or has digits below 10^-40. */
export function parseBilled(text: string): BilledAmount | undefined {
  const match = DECIMAL.exec(text);
  if (!match) return undefined;
  const [, sign, whole = '', fraction = '', exponent = '0'] = match;
  const digits = BigInt(whole + fraction);
  const shift = DECIMALS - fraction.length + Number(exponent);
  const scale = powerOf10(Math.abs(shift));
  if (shift < 0 && digits % scale !== 0n) return undefined;
  const value = shift < 0 ? digits / scale : digits * scale;
  return billed(sign === '-' ? -value : value);
}

/** All of it, with at least two decimals: `"12.50"`, `"0.0000123456"`. */
export function formatBilled(amount: BilledAmount): string {
  const [whole = '', fraction = ''] = fixed(amount, DECIMALS).split('.');
  return `${whole}.${fraction.replace(/0+$/, '').padEnd(2, '0')}`;
}

const NANO_UNITS = 10n ** BigInt(DECIMALS - 9);

/** In whole nano-USD, rounded half away from zero: to compare with metered cost. */
export const toNanoUsd = (amount: BilledAmount): bigint => rounded(amount, NANO_UNITS);

/** In nano-USD as a double: for charts, not for sums. */
export const approximateNanoUsd = (amount: BilledAmount): number => Number(amount) / NANO;

const CENT = 10n ** BigInt(DECIMALS - 2);

/** As whole cents, rounded half away from zero: `"12.35"`. */
export const formatCents = (amount: BilledAmount): string => fixed(rounded(amount, CENT), 2);

/**
 * Amounts as whole cents that add up to the rounded total, as a reader who adds them up expects:
 * those with the largest remainders are rounded up.
 */
export function largestRemainderCents(amounts: readonly BilledAmount[]): string[] {
  const total = amounts.reduce((sum, amount) => addBilled(sum, amount), NOTHING_BILLED);
  const floors = amounts.map((amount) => floorDiv(amount, CENT));
  const missing = rounded(total, CENT) - floors.reduce((sum, cents) => sum + cents, 0n);
  const byRemainder = amounts
    .map((amount, index) => ({ index, remainder: amount - floorDiv(amount, CENT) * CENT }))
    .sort((a, b) =>
      a.remainder === b.remainder ? a.index - b.index : a.remainder < b.remainder ? 1 : -1,
    );
  const up = new Set(byRemainder.slice(0, Number(missing)).map(({ index }) => index));
  return floors.map((cents, index) => fixed(up.has(index) ? cents + 1n : cents, 2));
}

/** Tenths of a percent, rounded half up; 0 of nothing. */
export const toPermille = (part: BilledAmount, whole: BilledAmount): number =>
  whole === 0n ? 0 : Number(rounded(part * 1000n, whole < 0n ? -whole : whole));

function rounded(value: bigint, step: bigint): bigint {
  const half = (value < 0n ? -step : step) / 2n;
  return (value + half) / step;
}

function floorDiv(value: bigint, step: bigint): bigint {
  const quotient = value / step;
  return value % step < 0n ? quotient - 1n : quotient;
}

function fixed(value: bigint, decimals: number): string {
  const digits = (value < 0n ? -value : value).toString().padStart(decimals + 1, '0');
  const text = `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
  return value < 0n ? `-${text}` : text;
}
