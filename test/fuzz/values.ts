/** Texts, files and odd values that fuzzed requests are made of. */
import { deflateSync } from 'node:zlib';
import type { Random } from '../ledger-simulation/random.ts';

/** JSON text that is put into a body as it is, also if it is not valid. */
export class RawJson {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** Part of every prompt: it must not be in any log. */
export const CANARY = 'canary-7f3a';

const WORDS = [
  'Hello',
  'cost',
  'größe',
  '日本語',
  'नमस्ते',
  '\u0000',
  '\uFDFA',
  '👩‍👩‍👧',
  '\u202Eabc',
  '\\u0041',
  '"quoted"',
  '<|im_start|>',
  '\n\n',
  '{"a":1}',
  'ﬀ',
  'e\u0301',
  '\uD800',
  ' ',
] as const;

export function textOf(random: Random, wordsMax = 12): string {
  const words = Array.from({ length: random.integer(1, wordsMax) }, () => random.pick(WORDS));
  return `${CANARY} ${words.join(' ')}`;
}

/** A whole PNG file of 8 x 8 pixels, base64. */
export const IMAGE = pngOf(8, 8).toString('base64');

function pngOf(width: number, height: number): Buffer {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width);
  head.writeUInt32BE(height, 4);
  head[8] = 8;
  const pixels = deflateSync(Buffer.alloc((width + 1) * height));
  const chunks = [chunk('IHDR', head), chunk('IDAT', pixels), chunk('IEND', Buffer.alloc(0))];
  return Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), ...chunks]);
}

function chunk(type: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, sum]);
}

function crc32(bytes: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? 0xedb88320 ^ (crc >>> 1) : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}

const deepList = `${'['.repeat(40)}${']'.repeat(40)}`;
const deepObject = `${'{"a":'.repeat(31)}1${'}'.repeat(31)}`;

const RAW = [
  '1e999',
  '-1e999',
  '-0',
  '9007199254740993',
  '0.1e-400',
  '123456789012345678901234567890',
  'NaN',
  'Infinity',
  'undefined',
  '01',
  '+1',
  '0x10',
  '1_000',
  "'x'",
  '"\\uD800"',
  '"\\x41"',
  '"\u0001"',
  '[1,]',
  '{"a":1,"a":2}',
  '{"__proto__":{"polluted":1}}',
  '{"constructor":{"prototype":{"polluted":1}}}',
  deepList,
  deepObject,
].map((text) => new RawJson(text));

export const ODD_VALUES: readonly [unknown, ...unknown[]] = [
  null,
  true,
  false,
  0,
  -1,
  1,
  1.5,
  1e308,
  '',
  ' ',
  '0',
  'null',
  [],
  {},
  [[]],
  [{}],
  [null],
  { text: 'x', image: {} },
  '../../etc/passwd',
  '__proto__',
  'constructor',
  'hasOwnProperty',
  '%00',
  '\u0000',
  'A'.repeat(5_000),
  '\uFDFA'.repeat(500),
  'retаil',
  'RETAIL',
  'retail ',
  'arn:aws:bedrock:us-east-1::foundation-model/x',
  'http://169.254.169.254/latest/meta-data/',
  `${'$'}{jndi:ldap://x}`,
  "' OR 1=1 --",
  ...RAW,
];

/** Names of members of other protocols, and names that break careless code. */
export const ODD_NAMES = [
  '__proto__',
  'constructor',
  'toString',
  '',
  'a.b',
  'a[0]',
  '$ref',
  'x'.repeat(300),
  'max_tokens',
  'maxTokens',
  'max_completion_tokens',
  'additionalModelRequestFields',
  'performanceConfig',
  'serviceTier',
  'service_tier',
  'guardrailConfig',
  'stopSequences',
  'thinking',
  'reasoningContent',
  'reasoning_config',
  'video',
  'audio',
  'image',
  's3Location',
  'guardContent',
  'citationsContent',
  'cachePoint',
  'cache_control',
  'ttl',
  'n',
  'stream',
  'store',
  'tools',
  'mcp_servers',
  'container',
  'promptVariables',
  'anthropic_beta',
  'costCenter',
  'cost_center',
  'requestId',
  'receivedAt',
  'caller',
  'deadline',
  'request',
  'seal',
  'body',
  'headers',
] as const;

export const ODD_NUMBERS = [
  0,
  -1,
  1,
  0.1,
  4_096,
  8_192,
  64_000,
  128_000,
  1e9,
  2 ** 31,
  2 ** 53,
  1e21,
] as const;
