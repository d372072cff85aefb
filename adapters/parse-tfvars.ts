/**
 * Reads tfvars files as Terraform does, for the sandbox and the command line. Never part of a
 * Lambda bundle: the parser is Terraform's own, compiled to WebAssembly.
 */
import { readFile } from 'node:fs/promises';
import { parse } from '@cdktf/hcl2json';
import { joinPath } from '../core/input-path.ts';
import type { InputProblem } from '../core/input-problem.ts';
import { printable, quoted } from '../core/safe-text.ts';
import { isExact, scanLiterals } from './hcl-lexer.ts';

/** What files hold together. */
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
  const entries = Object.entries(parsed.value).map(([variable, value]): [string, unknown] => [
    variable,
    literal(name, variable, value, problems),
  ]);
  return { entries, problems };
}

const FILE_BYTES_MAX = 10_000_000;
const PATH_MAX = 200;

async function readText(file: string): Promise<string | InputProblem> {
  const path = printable(file, PATH_MAX);
  try {
    const bytes = await readFile(file);
    if (bytes.length > FILE_BYTES_MAX) return { path, message: 'the file is larger than 10 MB' };
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    const code = textOf(error, 'code') ?? 'unknown error';
    const message = READ_ERRORS[code] ?? `the file can't be read (${code})`;
    return { path, message };
  }
}

const READ_ERRORS: Readonly<Record<string, string>> = {
  ENOENT: 'file not found',
  EISDIR: 'this is a directory: name a file',
  EACCES: 'the file may not be read',
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
    return { problems: [{ path: name, message: 'the file must hold one JSON object' }] };
  } catch (error) {
    const reason = textOf(error, 'message') ?? 'unknown error';
    return { problems: [{ path: name, message: `not JSON: ${printable(reason, 200)}` }] };
  }
}

/** The parser names the place of every error as `input:<line>,<column>-...: what; details`. */
const INPUT = 'input';
const DIAGNOSTIC = /input:(\d+),(\d+)(?:-[\d,]+)?: /g;
/** Another place that a message tells of. */
const PLACE = /\binput:(\d+),\d+(?:-\d+(?:,\d+)?)?/g;

async function parseHcl(name: string, text: string): Promise<Parsed> {
  try {
    return { value: await parse(INPUT, text) };
  } catch (error) {
    const reason = textOf(error, 'message') ?? String(error);
    return { problems: syntaxProblems(name, reason) };
  }
}

function syntaxProblems(name: string, reason: string): InputProblem[] {
  const starts = [...reason.matchAll(DIAGNOSTIC)];
  const problems = starts.map((start, index) => {
    const end = starts[index + 1]?.index ?? reason.length;
    const message = reason
      .slice(start.index + start[0].length, end)
      .replace(/[\]\s]+$/, '')
      .replace(PLACE, 'line $1');
    return { path: `${name}:${start[1]}`, message: printable(message, 300) };
  });
  return problems.length > 0 ? problems : [{ path: name, message: printable(reason, 300) }];
}

function lossProblems(name: string, text: string): InputProblem[] {
  const { numbers, duplicates } = scanLiterals(wholeFile(text));
  return [
    ...duplicates.map((path) => ({
      path,
      message: `is defined twice in ${name}: only the last would hold, so keep one`,
    })),
    ...numbers
      .filter((number) => !isExact(number.text))
      .map((number) => ({
        path: number.path,
        message: `number ${printable(number.text)} in ${name} has more digits than can be kept: write at most 15`,
      })),
  ];
}

/** A JSON file is one object: without its braces it reads like the body of an HCL file. */
const wholeFile = (text: string): string =>
  text.replace(/^\s*\{([\s\S]*)\}\s*$/, (_whole, body: string) => body);

const UNRESOLVED = /(?:^|[^$])\$\{|(?:^|[^%])%\{/;

/** A value without templates, escapes undone; a template is a problem. */
function literal(name: string, path: string, value: unknown, problems: InputProblem[]): unknown {
  if (typeof value === 'string') {
    if (!UNRESOLVED.test(value)) return value.replaceAll('$${', '${').replaceAll('%%{', '%{');
    const message = `${quoted(value)} in ${name} is an expression: write the value itself`;
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
        const message = `the name ${quoted(key)} in ${name} is an expression: write the name itself`;
        problems.push({ path, message });
      }
      return [key, literal(name, joinPath(path, key), inner, problems)];
    }),
  );
}
