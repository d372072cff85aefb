/**
 * A lexer for the literal values of a tfvars file (HCL or JSON), for what parsing them loses
 * silently: digits of a number that no double holds, and all but the last of equal keys.
 */
import { joinPath, type PathPart } from '../core/input-path.ts';

interface LiteralNumber {
  readonly path: string;
  readonly text: string;
}

interface Literals {
  readonly numbers: readonly LiteralNumber[];
  /** Paths of keys that occur a second time in their object. */
  readonly duplicates: readonly string[];
}

interface Frame {
  readonly close: string;
  /** The key or index that values now belong to. */
  part: PathPart | undefined;
  readonly keys: Set<PathPart>;
  pendingKey: string | undefined;
  valueSeen: boolean;
}

const TOKEN =
  /(?<space>[^\S\n]+)|(?<newline>\n)|(?<comment>#[^\n]*|\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$))|(?<heredoc><<-?\w+)|(?<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|(?<word>[\p{L}_][\p{L}\p{N}_-]*)|(?<sign>[\s\S])/uy;

/** Scans a file that a parser has accepted; of anything else the result is only a guess. */
export function scanLiterals(source: string): Literals {
  const scan = new Scan();
  const token = new RegExp(TOKEN);
  for (let match = token.exec(source); match; match = token.exec(source)) {
    const { newline, heredoc, number, word, sign } = match.groups ?? {};
    if (newline) scan.newline();
    else if (number) scan.number(number);
    else if (word) scan.word(word);
    else if (heredoc) {
      token.lastIndex = endOfHeredoc(source, match.index, heredoc);
      scan.value();
    } else if (sign === '"') {
      const end = endOfString(source, match.index);
      scan.word(source.slice(match.index + 1, end - 1));
      token.lastIndex = end;
    } else if (sign) scan.sign(sign);
  }
  return scan;
}

class Scan implements Literals {
  readonly numbers: LiteralNumber[] = [];
  readonly duplicates: string[] = [];
  readonly #frames: Frame[] = [frame('')];

  get #top(): Frame {
    return this.#frames.at(-1) ?? frame('');
  }

  newline(): void {
    if (this.#top.close !== ']' && this.#top.valueSeen) this.#next();
  }

  number(text: string): void {
    const top = this.#top;
    if (top.part === undefined) top.pendingKey = text;
    else this.numbers.push({ path: this.#path(), text });
    this.value();
  }

  word(text: string): void {
    if (this.#top.part === undefined) this.#top.pendingKey = text;
    else this.value();
  }

  value(): void {
    if (this.#top.part !== undefined) this.#top.valueSeen = true;
  }

  sign(sign: string): void {
    const top = this.#top;
    if (sign === '{') this.#open('}');
    else if (sign === '[') this.#open(']');
    else if (sign === '(') this.#open(')');
    else if (sign === top.close) this.#frames.pop();
    else if (sign === ',') this.#next();
    else if ((sign === '=' || sign === ':') && top.pendingKey !== undefined) this.#key(top);
    else this.value();
  }

  #open(close: string): void {
    this.value();
    this.#frames.push(frame(close));
  }

  #key(top: Frame): void {
    const key = top.pendingKey;
    top.part = key;
    top.pendingKey = undefined;
    if (key === undefined) return;
    if (top.keys.has(key)) this.duplicates.push(this.#path());
    top.keys.add(key);
  }

  #next(): void {
    const top = this.#top;
    top.part = typeof top.part === 'number' ? top.part + 1 : undefined;
    top.pendingKey = undefined;
    top.valueSeen = false;
  }

  #path(): string {
    return joinPath('', ...this.#frames.flatMap(({ part }) => (part === undefined ? [] : [part])));
  }
}

const frame = (close: string): Frame => ({
  close,
  part: close === ']' ? 0 : undefined,
  keys: new Set(),
  pendingKey: undefined,
  valueSeen: false,
});

/** The position after the closing quote; templates inside a string may hold strings. */
function endOfString(source: string, start: number): number {
  let depth = 0;
  for (let at = start + 1; at < source.length; at += 1) {
    const two = source.slice(at, at + 2);
    if (source[at] === '\\') at += 1;
    else if (two === '${' || two === '%{') [depth, at] = [depth + 1, at + 1];
    else if (depth > 0 && source[at] === '}') depth -= 1;
    else if (depth === 0 && source[at] === '"') return at + 1;
  }
  return source.length;
}

/** The position after the line that holds nothing but the heredoc's marker. */
function endOfHeredoc(source: string, start: number, opening: string): number {
  const marker = opening.replace(/^<<-?/, '');
  const end = new RegExp(`\\n[^\\S\\n]*${marker}(?![\\w-])`, 'g');
  end.lastIndex = start;
  return end.exec(source) ? end.lastIndex : source.length;
}

/** Whether a double holds exactly the number that was written. */
export function isExact(text: string): boolean {
  const value = Number(text);
  return Number.isFinite(value) && sameDecimal(text, String(value));
}

function sameDecimal(left: string, right: string): boolean {
  const [one, other] = [normalized(left), normalized(right)];
  return one.digits === other.digits && one.exponent === other.exponent;
}

/** Digits without zeros at either end, and the power of ten of the last one. */
function normalized(text: string): { digits: string; exponent: number } {
  const [mantissa = '', exponent = '0'] = text.toLowerCase().split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  const significant = (whole + fraction).replace(/^0+/, '');
  const digits = significant.replace(/0+$/, '');
  if (digits === '') return { digits: '0', exponent: 0 };
  const power = Number(exponent) - fraction.length + (significant.length - digits.length);
  return { digits, exponent: power };
}
