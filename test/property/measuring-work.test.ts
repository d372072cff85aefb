/**
 * Method: counts the work of checking and measuring a request, which does not depend on the
 * machine. Four times the request is four times the work, whatever its shape.
 */
import { describe, expect, jest, test } from '@jest/globals';
import { jsonTokenBound } from '../../core/call/prompt-bound/json-bound.ts';
import { textTokenBound } from '../../core/call/prompt-bound/text-bound.ts';
import { depthProblems } from '../../core/call/request/check-content.ts';
import { loneSurrogateProblems } from '../../core/call/request/check-text.ts';
import { toWireCandidate } from '../../core/protocols/request-bound/wire-candidate.ts';
import { policyOf } from '../support/policy.ts';

/** The value, and how often anything has read a member of it, or listed its members. */
function counted<T extends object>(value: T): { value: T; reads: () => number } {
  let reads = 0;
  const wrap = (inner: unknown): unknown => {
    if (typeof inner !== 'object' || inner === null) return inner;
    return new Proxy(inner, {
      get: (target, key, receiver) => {
        reads += 1;
        return wrap(Reflect.get(target, key, receiver));
      },
      ownKeys: (target) => {
        const keys = Reflect.ownKeys(target);
        reads += keys.length;
        return keys;
      },
    });
  };
  return { value: wrap(value) as T, reads: () => reads };
}

const nested = (depth: number, inner: unknown): unknown =>
  depth === 0 ? inner : [nested(depth - 1, inner)];

const SHAPES: readonly (readonly [string, (size: number) => object])[] = [
  ['keys', (size) => Object.fromEntries(Array.from({ length: size }, (_, i) => [`k${i}`, 1]))],
  ['numbers', (size) => ({ list: Array(size).fill(1) })],
  ['numbers 24 deep', (size) => ({ list: nested(24, Array(size).fill(1)) })],
  ['empty objects', (size) => ({ list: Array.from({ length: size }, () => ({})) })],
  ['objects 9 deep', (size) => ({ list: Array.from({ length: size / 9 }, () => deep(9)) })],
  ['texts', (size) => ({ list: Array.from({ length: size }, (_, i) => `größe ${i}`) })],
];

const deep = (depth: number): object => ({ a: depth === 1 ? 1 : deep(depth - 1) });

const SMALL = 900;

describe.each([
  ['the bound of a JSON value', (value: object) => void jsonTokenBound(value)],
  ['the check of its texts', (value: object) => void loneSurrogateProblems(value, '$')],
  ['the check of its depth', (value: object) => void depthProblems(value, '$')],
])('%s', (_, work) => {
  test.each(SHAPES)('of %s reads each member a fixed number of times', (_name, make) => {
    const readsOf = (size: number): number => {
      const { value, reads } = counted(make(size));
      work(value);
      return reads();
    };
    const small = readsOf(SMALL);
    expect(small).toBeGreaterThan(0);
    expect(readsOf(4 * SMALL)).toBeLessThanOrEqual(4 * small + 100);
  });
});

test('measuring renders no JSON text, and normalizes each character once', () => {
  const stringify = jest.spyOn(JSON, 'stringify');
  const normalize = jest.spyOn(String.prototype, 'normalize');
  try {
    const characters = Array.from({ length: 20_500 }, (_, i) => String.fromCodePoint(0x4e00 + i));
    textTokenBound(characters.join(''));
    const first = normalize.mock.calls.length;
    expect(first).toBeLessThanOrEqual(2 * characters.length);
    textTokenBound(characters.join('').repeat(20));
    jsonTokenBound({ text: characters.join(''), list: nested(24, Array(10_000).fill(1)) });
    expect(normalize.mock.calls.length).toBe(first);
    expect(stringify).not.toHaveBeenCalled();
  } finally {
    stringify.mockRestore();
    normalize.mockRestore();
  }
});

describe('a request of every protocol', () => {
  const price = { input: 1, output: 5, cache_read: 0.1, cache_write: 1.25, cache_write_1h: 2 };
  const custom = (model_id: string) => ({
    model_id,
    context_tokens: 1_000_000,
    max_output_tokens: 8_000,
    price,
  });
  const policy = policyOf({
    name: 'test',
    models: {
      claude: custom('anthropic.claude-test-1'),
      nova: custom('amazon.nova-test-v1:0'),
      gpt: custom('openai.gpt-test'),
      llama: custom('meta.llama-test-v1:0'),
      embed: custom('cohere.embed-test'),
    },
    applications: { faq: { environments: ['dev'] } },
    cost_centers: { retail: { models: ['claude'], applications: ['faq'] } },
  });
  const blocks = (size: number) => Array.from({ length: size }, () => ({ text: 'a' }));
  const typed = (size: number) => blocks(size).map((block) => ({ type: 'text', ...block }));
  const turns = (size: number, content: unknown) =>
    Array.from({ length: size }, () => ({ role: 'user', content }));

  test.each([
    ['converse', 'claude', (n: number) => ({ messages: turns(1, blocks(n)) })],
    ['converse', 'claude', (n: number) => ({ messages: turns(n, blocks(1)) })],
    ['invoke', 'claude', (n: number) => ({ messages: turns(1, typed(n)) })],
    ['invoke', 'claude', (n: number) => ({ messages: turns(n, 'a') })],
    ['invoke', 'claude', (n: number) => ({ messages: [], tools: turns(n, 'a') })],
    ['invoke', 'nova', (n: number) => ({ messages: turns(n, blocks(1)) })],
    ['invoke', 'gpt', (n: number) => ({ messages: turns(1, typed(n)) })],
    ['invoke', 'gpt', (n: number) => ({ messages: turns(n, 'a') })],
    ['invoke', 'embed', (n: number) => ({ texts: Array(n).fill('a') })],
  ] as const)('%s for %s reads each member a fixed number of times', (operation, alias, make) => {
    const model = policy.models.get(alias);
    if (!model) throw new Error(`no model ${alias}`);
    const readsOf = (size: number): number => {
      const { value, reads } = counted(make(size));
      const now = Date.parse('2026-11-29');
      const target = { model, profileArn: undefined, allowed: new Set<string>(), now };
      toWireCandidate({ operation, body: value, headers: {} }, target);
      return reads();
    };
    const small = readsOf(SMALL);
    expect(small).toBeGreaterThan(SMALL);
    expect(readsOf(4 * SMALL)).toBeLessThanOrEqual(4 * small + 400);
  });
});
