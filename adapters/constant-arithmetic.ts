/** Arithmetic of literal numbers in tfvars, such as `5 * 2000`, which Terraform evaluates as well. */

/** An exact fraction; the denominator is above zero. */
interface Fraction {
  readonly over: bigint;
  readonly under: bigint;
}

/** Each number, operator and bracket of the expression. */
const TOKEN = /\s*(\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|[-+*/%()])/y;
const NUMBER = /^\d/;
const LENGTH_MAX = 200;
const EXPONENT_MAX = 30;

/**
 * @param expression without the `${ }` around it.
 * @returns undefined where it is anything but arithmetic of numbers, or has no value.
 */
export function constantNumber(expression: string): number | undefined {
  const tokens = tokensOf(expression);
  if (!tokens) return undefined;
  const reader = new Reader(tokens);
  const value = reader.sum();
  return value && reader.isAtEnd() ? toNumber(value) : undefined;
}

function tokensOf(expression: string): string[] | undefined {
  if (expression.length > LENGTH_MAX) return undefined;
  const text = expression.trimEnd();
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const token = TOKEN.exec(text)?.[1];
    if (token === undefined) return undefined;
    tokens.push(token);
  }
  return tokens;
}

/** Recursive descent; undefined where the tokens make no sense. */
class Reader {
  readonly #tokens: readonly string[];
  #at = 0;

  constructor(tokens: readonly string[]) {
    this.#tokens = tokens;
  }

  isAtEnd(): boolean {
    return this.#at === this.#tokens.length;
  }

  sum(): Fraction | undefined {
    return this.#chain(['+', '-'], () => this.#product());
  }

  #product(): Fraction | undefined {
    return this.#chain(['*', '/', '%'], () => this.#factor());
  }

  #chain(operators: readonly string[], operand: () => Fraction | undefined): Fraction | undefined {
    let value = operand();
    for (let operator = this.#take(operators); operator; operator = this.#take(operators)) {
      const right = operand();
      value = value && right && combined(operator, value, right);
    }
    return value;
  }

  #factor(): Fraction | undefined {
    if (this.#take(['-'])) {
      const value = this.#factor();
      return value && { ...value, over: -value.over };
    }
    if (this.#take(['('])) {
      const value = this.sum();
      return this.#take([')']) ? value : undefined;
    }
    const token = this.#tokens[this.#at] ?? '';
    if (!NUMBER.test(token)) return undefined;
    this.#at += 1;
    return fractionOf(token);
  }

  #take(tokens: readonly string[]): string | undefined {
    const token = this.#tokens[this.#at];
    if (token === undefined || !tokens.includes(token)) return undefined;
    this.#at += 1;
    return token;
  }
}

function combined(operator: string, a: Fraction, b: Fraction): Fraction | undefined {
  switch (operator) {
    case '+':
      return { over: a.over * b.under + b.over * a.under, under: a.under * b.under };
    case '-':
      return { over: a.over * b.under - b.over * a.under, under: a.under * b.under };
    case '*':
      return { over: a.over * b.over, under: a.under * b.under };
    case '/':
      return b.over === 0n ? undefined : positive(a.over * b.under, a.under * b.over);
    default: {
      const divisor = b.over * a.under;
      // The sign is that of the dividend, as in Terraform.
      const over = divisor === 0n ? undefined : (a.over * b.under) % divisor;
      return over === undefined ? undefined : { over, under: a.under * b.under };
    }
  }
}

const positive = (over: bigint, under: bigint): Fraction =>
  under < 0n ? { over: -over, under: -under } : { over, under };

function fractionOf(literal: string): Fraction | undefined {
  const [digits = '', exponent = '0'] = literal.split(/e/i);
  const [whole = '', decimals = ''] = digits.split('.');
  const shift = Number(exponent) - decimals.length;
  if (Math.abs(shift) > EXPONENT_MAX) return undefined;
  const over = BigInt(whole + decimals);
  const power = 10n ** BigInt(Math.abs(shift));
  return shift < 0 ? { over, under: power } : { over: over * power, under: 1n };
}

const DIGITS = 30n;

/** The nearest number: enough decimal digits go through the parser of numbers. */
function toNumber({ over, under }: Fraction): number {
  const scaled = (over * 10n ** DIGITS) / under;
  return Number(`${scaled}e-${DIGITS}`);
}
