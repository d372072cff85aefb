/**
 * Reads tfvars files as Terraform does, for the sandbox and the command line. Never part of a
 * Lambda bundle: the parser is Terraform's own, compiled to WebAssembly.
 */
import { readFile } from 'node:fs/promises';
import { joinPath } from '../core/input-path.ts';
import type { InputProblem } from '../core/input-problem.ts';
import { counted, printable, quoted } from '../core/safe-text.ts';
import { constantNumber } from './constant-arithmetic.ts';
import { isExact, scanLiterals } from './hcl-lexer.ts';

/** The variables of several files. */
export interface Tfvars {
  /** The variables of all files; incomplete unless `complete`. */
  readonly config: Readonly<Record<string, unknown>>;
  /** False when a file could not be read at all. */
  readonly complete: boolean;
  readonly problems: readonly InputProblem[];
}

interface FileContent {
  /** Undefined when the file could not be read. */
  readonly entries: readonly [string, unknown][] | undefined;
  readonly problems: readonly InputProblem[];
}

/**
 * Reads files in the order given; a later file's variable replaces an earlier one's as a whole.
 * A file named `*.json` is JSON, every other HCL. What can't be read, is no literal value, or
 * would be read as something else than was written is a problem, never an exception.
 */
export async function parseTfvars(files: readonly string[]): Promise<Tfvars> {
  const contents = await Promise.all(files.map(readOne));
  return {
    config: Object.fromEntries(contents.flatMap(({ entries }) => entries ?? [])),
    complete: contents.every(({ entries }) => entries !== undefined),
    problems: contents.flatMap(({ problems }) => problems),
  };
}

async function readOne(file: string): Promise<FileContent> {
  // As it was given: two folders may each have a terraform.tfvars.
  const name = printable(file, PATH_MAX);
  const text = await readText(file);
  if (typeof text !== 'string') return { entries: undefined, problems: [text] };
  const parsed = file.endsWith('.json') ? parseJson(name, text) : await parseHcl(name, text);
  if ('problems' in parsed) return { entries: undefined, problems: parsed.problems };
  const problems: InputProblem[] = lossProblems(name, text);
  const blocks = file.endsWith('.json') ? new Set<string>() : blocksIn(text);
  const entries = Object.entries(parsed.value).flatMap(([variable, value]): [string, unknown][] => {
    if (!blocks.has(variable)) return [[variable, literal(name, variable, value, problems)]];
    const message = `blocks are not allowed in ${name}: use ${variable} = { … }`;
    problems.push({ path: variable, message });
    return [];
  });
  return { entries, problems };
}

/** Names at the beginning of a line that a brace follows without an equals sign. */
const blocksIn = (text: string): ReadonlySet<string> =>
  new Set(
    Array.from(
      text.matchAll(/^([A-Za-z_][\w-]*)(?:[ \t]+"[^"\n]*")*[ \t]*\{/gm),
      ([, name = '']) => name,
    ),
  );

const FILE_BYTES_MAX = 10_000_000;
const PATH_MAX = 200;
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

async function readText(file: string): Promise<string | InputProblem> {
  const path = printable(file, PATH_MAX);
  try {
    const bytes = await readFile(file);
    if (bytes.length > FILE_BYTES_MAX) return { path, message: 'the file is larger than 10 MB' };
    if (file.endsWith('.json') && bytes.subarray(0, 3).equals(BYTE_ORDER_MARK)) {
      return {
        path,
        message:
          'begins with a byte order mark, which Terraform refuses: save it as UTF-8 without one',
      };
    }
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    const code = textOf(error, 'code') ?? 'unknown error';
    const message = READ_ERRORS[code] ?? `cannot read the file (${code})`;
    return { path, message };
  }
}

const READ_ERRORS: Readonly<Record<string, string>> = {
  ENOENT: 'file not found',
  EISDIR: 'is a directory: name a file',
  EACCES: 'no permission to read the file',
  ERR_ENCODING_INVALID_ENCODED_DATA: 'the file is not UTF-8 text',
};

/** A property of whatever was thrown; the parser's errors come from another realm. */
function textOf(error: unknown, name: 'code' | 'message'): string | undefined {
  if (typeof error !== 'object' || error === null || !(name in error)) return undefined;
  const value: unknown = Reflect.get(error, name);
  return typeof value === 'string' ? value : undefined;
}

type Parsed = { readonly value: object } | { readonly problems: readonly InputProblem[] };

function parseJson(name: string, text: string): Parsed {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { value };
    return { problems: [{ path: name, message: 'must be one JSON object' }] };
  } catch (error) {
    const reason = textOf(error, 'message') ?? 'unknown error';
    return { problems: [{ path: name, message: `not JSON: ${printable(reason, 200)}` }] };
  }
}

/** The parser names the place of every error as `input:<line>,<column>-...: what; details`. */
const INPUT = 'input';
const DIAGNOSTIC = /input:(\d+),(\d+)(?:-[\d,]+)?: /g;
/** Another place in a message. */
const PLACE = /\binput:(\d+),\d+(?:-\d+(?:,\d+)?)?/g;

async function parseHcl(name: string, text: string): Promise<Parsed> {
  try {
    // On first use only: loading it compiles a large WebAssembly program.
    const { parse } = await import('@cdktf/hcl2json');
    return { value: await parse(INPUT, text) };
  } catch (error) {
    const reason = textOf(error, 'message') ?? String(error);
    return { problems: syntaxProblems(name, reason) };
  }
}

function syntaxProblems(name: string, reason: string): InputProblem[] {
  const starts = [...reason.matchAll(DIAGNOSTIC)];
  const errors = starts.map((start, index) => {
    const end = starts[index + 1]?.index ?? reason.length;
    const message = reason
      .slice(start.index + start[0].length, end)
      .replace(/[\]\s]+$/, '')
      .replace(PLACE, 'line $1');
    return { line: Number(start[1]), message: printable(message, 300) };
  });
  const [first, ...others] = errors.sort(byPlace);
  if (!first) return [{ path: name, message: printable(reason, 300) }];
  const problem = { path: `${name}:${first.line}`, message: first.message };
  if (others.length === 0) return [problem];
  const more = `and ${counted(others.length, 'more syntax error')}: correct the first one`;
  return [problem, { path: name, message: more }];
}

interface SyntaxError {
  readonly line: number;
  readonly message: string;
}

/** A quote that is not closed makes strings of all lines below it: its own line has the cause. */
const isFollowUp = ({ message }: SyntaxError): boolean =>
  /^Invalid multi-line string/.test(message);

const byPlace = (a: SyntaxError, b: SyntaxError): number =>
  a.line - b.line || Number(isFollowUp(a)) - Number(isFollowUp(b));

function lossProblems(name: string, text: string): InputProblem[] {
  const { numbers, duplicates } = scanLiterals(wholeFile(text));
  return [
    ...duplicates.map((path) => ({
      path,
      message: `is defined twice in ${name}: only the last one would apply, so remove one`,
    })),
    ...numbers
      .filter((number) => !isExact(number.text))
      .map((number) => ({
        path: number.path,
        message: `number ${printable(number.text)} in ${name} has too many digits: use at most 15`,
      })),
  ];
}

/** A JSON file is one object: without its braces it reads like the body of an HCL file. */
const wholeFile = (text: string): string =>
  text.replace(/^\s*\{([\s\S]*)\}\s*$/, (_whole, body: string) => body);

/** A word without quotes, which the parser returns as a template. */
const UNQUOTED = /^\$\{([A-Za-z_][\w-]*)\}$/;
/** One expression and no text around it: its value is not text. */
const EXPRESSION = /^\$\{([^{}]*)\}$/;
const UNRESOLVED = /(?:^|[^$])\$\{|(?:^|[^%])%\{/;

/** A value without templates, escapes undone; a template is a problem. */
function literal(name: string, path: string, value: unknown, problems: InputProblem[]): unknown {
  if (typeof value === 'string') {
    if (!UNRESOLVED.test(value)) return value.replaceAll('$${', '${').replaceAll('%%{', '%{');
    const [, word] = UNQUOTED.exec(value) ?? [];
    if (word !== undefined) {
      problems.push({ path, message: `${word} in ${name} must be in quotes: use ${quoted(word)}` });
      return word;
    }
    const [, arithmetic] = EXPRESSION.exec(value) ?? [];
    const number = arithmetic === undefined ? undefined : constantNumber(arithmetic);
    if (number !== undefined) return number;
    const message = `${quoted(value)} in ${name} is an expression: use a literal value`;
    problems.push({ path, message });
    return value;
  }
  if (Array.isArray(value)) {
    return value.map((item, index) => literal(name, joinPath(path, index), item, problems));
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      if (UNRESOLVED.test(key)) {
        const message = `the name ${quoted(key)} in ${name} is an expression: use a literal name`;
        problems.push({ path, message });
      }
      return [key, literal(name, joinPath(path, key), inner, problems)];
    }),
  );
}
