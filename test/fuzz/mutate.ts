/** Spoils requests: their values, their text, and how they are sent. */
import { deflateSync, gzipSync } from 'node:zlib';
import type { Random } from '../ledger-simulation/random.ts';
import { ODD_NAMES, ODD_NUMBERS, ODD_VALUES, RawJson, textOf } from './values.ts';

type Path = readonly (string | number)[];
type Container = Record<string | number, unknown>;

const isContainer = (value: unknown): value is Container =>
  typeof value === 'object' && value !== null && !(value instanceof RawJson);

const DEPTH_MAX = 60;
/** Copies of copies would fill the fuzzer's own memory. */
const NODES_MAX = 2_000;

function pathsOf(value: unknown, path: Path = []): Path[] {
  if (!isContainer(value) || path.length >= DEPTH_MAX) return [path];
  return [path, ...Object.keys(value).flatMap((key) => pathsOf(value[key], [...path, key]))];
}

function parentOf(root: unknown, path: Path): Container | undefined {
  let at = root;
  for (const key of path.slice(0, -1)) at = isContainer(at) ? at[key] : undefined;
  return isContainer(at) ? at : undefined;
}

export function copyOf<T>(value: T): T;
export function copyOf(value: unknown): unknown {
  if (!isContainer(value)) return value;
  if (Array.isArray(value)) return value.map((each) => copyOf(each));
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, copyOf(inner)]));
}

/** Changes one place of a value. */
export function mutate(random: Random, root: unknown): void {
  const [, ...paths] = pathsOf(root);
  const [first, ...more] = paths;
  if (!first || paths.length > NODES_MAX) return;
  const path = random.pick([first, ...more]);
  const parent = parentOf(root, path);
  const key = path.at(-1);
  if (!parent || key === undefined) return;
  random.pick(CHANGES)({ random, root, parent, key, paths: [first, ...more] });
}

interface Place {
  readonly random: Random;
  readonly root: unknown;
  readonly parent: Container;
  readonly key: string | number;
  readonly paths: readonly [Path, ...Path[]];
}

const oddValue = (random: Random): unknown => copyOf(random.pick(ODD_VALUES));

const CHANGES: readonly [(place: Place) => void, ...((place: Place) => void)[]] = [
  ({ parent, key }) => {
    if (Array.isArray(parent)) parent.splice(Number(key), 1);
    else delete parent[key];
  },
  ({ random, parent, key }) => {
    parent[key] = oddValue(random);
  },
  ({ random, parent, key }) => {
    const inner = parent[key];
    if (!isContainer(inner) || Array.isArray(inner)) parent[key] = oddValue(random);
    else setOwn(inner, random.pick(ODD_NAMES), oddValue(random));
  },
  ({ parent, key }) => {
    parent[key] = [parent[key]];
  },
  ({ random, parent, key }) => {
    parent[key] = { [random.pick(ODD_NAMES)]: parent[key] };
  },
  ({ random, parent, key }) => {
    const value = parent[key];
    const times = random.integer(1, 50);
    if (Array.isArray(parent)) parent.push(...Array.from({ length: times }, () => copyOf(value)));
    else parent[key] = (typeof value === 'string' ? value : 'x').slice(0, 2_000).repeat(times);
  },
  ({ random, root, parent, key, paths }) => {
    const from = random.pick(paths);
    parent[key] = copyOf(parentOf(root, from)?.[from.at(-1) ?? ''] ?? oddValue(random));
  },
  ({ random, parent, key }) => {
    const isNumber = typeof parent[key] === 'number';
    parent[key] = isNumber ? random.pick(ODD_NUMBERS) : textOf(random, 400);
  },
];

/** Also names that assignment would take for the prototype. */
const setOwn = (target: Container, name: string, value: unknown): void =>
  void Object.defineProperty(target, name, {
    value,
    enumerable: true,
    configurable: true,
    writable: true,
  });

export function toJson(value: unknown): string {
  if (value instanceof RawJson) return value.text;
  if (Array.isArray(value)) return `[${value.map(toJson).join(',')}]`;
  if (!isContainer(value)) return JSON.stringify(value) ?? 'null';
  const members = Object.entries(value).map(([key, inner]) => {
    return `${JSON.stringify(key)}:${toJson(inner)}`;
  });
  return `{${members.join(',')}}`;
}

/** Changes the bytes of a body. */
export function mutateBytes(random: Random, bytes: Buffer): Buffer {
  const at = random.integer(0, Math.max(0, bytes.length - 1));
  const byte = () => random.integer(0, 255);
  const text = bytes.toString();
  return random.pick([
    () => bytes.subarray(0, at),
    () => Buffer.concat([bytes.subarray(0, at), Buffer.from([byte()]), bytes.subarray(at + 1)]),
    () => Buffer.concat([bytes.subarray(0, at), Buffer.from([byte(), byte()]), bytes.subarray(at)]),
    () => Buffer.concat([bytes, bytes]),
    () => Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes]),
    () => Buffer.from(text, 'utf16le'),
    () => Buffer.from(text.replace(/"(model|role|type|text)":("[^"]*")/, '$&,"$1":"other"')),
    () => deflateSync(bytes),
    () => gzipSync(bytes),
    () => Buffer.alloc(0),
  ])();
}

export const CONTENT_TYPES = [
  'application/json; charset=utf-8',
  'application/json;charset=utf-7',
  'APPLICATION/JSON',
  'application/problem+json',
  'text/plain',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  '',
  'application/json, text/html',
  'application/jsonx',
  'application/json\t;',
] as const;

export const METHODS = ['GET', 'PUT', 'DELETE', 'OPTIONS', 'HEAD', 'PATCH'] as const;

const ODD_HEADERS = [
  'content-encoding',
  'x-forwarded-for',
  'expect',
  'x-amzn-trace-id',
  'authorization',
  'x-api-key',
  'x-http-method-override',
  'cookie',
  'accept',
  'range',
  'origin',
  'x-sentry-cost-center',
  'x-sentry-application',
  'x-sentry-environment',
  'x-amzn-bedrock-service-tier',
  'x-amzn-bedrock-request-metadata',
  'x-amzn-bedrock-performanceconfig-latency',
  'x-amzn-bedrock-guardrailidentifier',
  'x-amzn-bedrock-trace',
  'anthropic-beta',
  'anthropic-version',
  'idempotency-key',
] as const;
const HEADER_VALUES = [
  'gzip',
  'identity',
  '127.0.0.1',
  'x'.repeat(1_000),
  'Bearer x',
  'Bearer bcs_aaaaaaaaaa_bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb',
  'DELETE',
  '*/*',
  'bytes=0-1',
  '',
  'retail',
  'chat',
  'production',
  'priority',
  'flex',
  'optimized',
  '{"costCenter":"poor"}',
  '{"a":',
  'prompt-caching-2024-07-31,unheard-of-2026-01-01',
  '100-continue',
  'Ã¼',
] as const;

/** A header that no client sends, or a value that none has. */
export const oddHeader = (random: Random): readonly [string, string] => [
  random.pick(ODD_HEADERS),
  random.pick(HEADER_VALUES),
];

/** Paths next to a valid one, and paths that careless servers fall for. */
export const oddPath = (random: Random, path: string): string =>
  random.pick([
    `${path}/`,
    `/${path}`,
    `${path}?x=1`,
    `${path}?costCenter=retail&costCenter=poor`,
    `${path}?a[]=%FF`,
    path.toUpperCase(),
    `${path}/..`,
    path.replace('i', '%69'),
    `${path}%00`,
    `${path};x`,
    `${path}#x`,
    `/app/chat/dev${path}`,
    `/app/chat/nowhere${path}`,
    `/app/%2e%2e/%00${path}`,
    `/wrong/prefix${path}`,
    path.replace(/[^/]+(?=\/[^/]+$)/, 'x'.repeat(3_000)),
    path.replace(/[^/]+(?=\/[^/]+$)/, '__proto__'),
    path.replace(/[^/]+(?=\/[^/]+$)/, '%E0%A4%A'),
    '/constructor',
    '/favicon.ico',
    `/${'a'.repeat(4_000)}`,
  ]);
