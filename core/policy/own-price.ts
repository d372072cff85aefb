/** The price a policy states for a model, read from the tfvars' shape. */

import { joinPath } from '../input-path.ts';
import type { InputProblem } from '../input-problem.ts';
import {
  parsePricePart,
  USD_PER_MILLION_TOKENS_MAX,
  type UsdPeriod,
  type UsdPrice,
  type UsdTariff,
} from '../pricing/usd-price.ts';
import { quoted } from '../safe-text.ts';
import { numberField, toUnvalidated, type UnvalidatedObject } from '../unvalidated.ts';

const PARTS: Readonly<Record<string, keyof UsdPrice>> = {
  input: 'input',
  output: 'output',
  cache_read: 'cacheRead',
  cache_write: 'cacheWrite',
  cache_write_1h: 'cacheWrite1h',
  per_image: 'perImage',
  per_audio_second: 'perAudioSecond',
  per_video_second: 'perVideoSecond',
  per_query: 'perQuery',
};

interface OwnPrice {
  readonly usd: UsdPeriod;
  /** Whether every part is an amount; one that is not has been reported, here or by the schema. */
  readonly isExact: boolean;
}

/** What `price` states, and nothing else; undefined when there is none. */
export function readOwnPrice(
  path: string,
  value: unknown,
  problems: InputProblem[],
): OwnPrice | undefined {
  if (value === undefined) return undefined;
  const reader = { isExact: true, problems };
  const price = toUnvalidated(value);
  const tiers = readTariffs(path, 'tiers', price, reader);
  const latency = readTariffs(path, 'latency', price, reader);
  const usd = {
    ...readTariff(path, price, reader),
    ...(tiers && { tiers }),
    ...(latency && { latency }),
  };
  return { usd, isExact: reader.isExact };
}

interface Reader {
  isExact: boolean;
  readonly problems: InputProblem[];
}

const TARIFFS = { tiers: ['flex', 'priority', 'reserved'], latency: ['optimized'] } as const;

/** Those that are objects; what is not, and other names, the schema has refused. */
function readTariffs(
  path: string,
  group: keyof typeof TARIFFS,
  price: UnvalidatedObject,
  reader: Reader,
): UsdPeriod['tiers'] {
  if (!price.has(group)) return undefined;
  const given = toUnvalidated(price.get(group));
  return Object.fromEntries(
    TARIFFS[group]
      .filter((name) => isObject(given.get(name)))
      .map((name) => [
        name,
        readTariff(joinPath(path, group, name), toUnvalidated(given.get(name)), reader),
      ]),
  );
}

const isObject = (value: unknown): boolean => typeof value === 'object' && !Array.isArray(value);

function readTariff(path: string, price: UnvalidatedObject, reader: Reader): UsdTariff {
  const parts = readParts(path, price, reader);
  if (!price.has('long_context')) return parts;
  const long = toUnvalidated(price.get('long_context'));
  return {
    ...parts,
    longContext: {
      ...readParts(joinPath(path, 'long_context'), long, reader),
      ...(long.has('above') && { aboveInputTokens: numberField(long, 'above') ?? 0 }),
    },
  };
}

function readParts(path: string, price: UnvalidatedObject, reader: Reader): UsdPrice {
  const given = Object.entries(PARTS).filter(([name]) => price.has(name));
  const parts = given.map(([name, part]) => {
    const usd = numberField(price, name);
    if (usd !== undefined && parsePricePart(usd) !== undefined) return [part, usd] as const;
    reader.isExact = false;
    if (usd !== undefined && usd >= 0) {
      const message = `must be USD per million tokens with at most 9 decimals, at most ${USD_PER_MILLION_TOKENS_MAX}, got ${quoted(usd)}`;
      reader.problems.push({ path: joinPath(path, name), message });
    }
    return [part, 0] as const;
  });
  return Object.fromEntries(parts);
}

/**
 * Parts missing from a price after merging it with the catalogue: input and output, also of other
 * tiers and of long context. Prices per unit need neither.
 */
export function missingParts(path: string, merged: UsdPeriod, modelId: string): InputProblem[] {
  const named = (group: string, tariffs: UsdPeriod['tiers'] = {}) =>
    Object.entries(tariffs).map(
      ([name, tariff]) => [joinPath(path, group, name), tariff ?? {}] as const,
    );
  const tariffs: readonly (readonly [string, UsdTariff])[] = [
    [path, merged],
    ...named('tiers', merged.tiers),
    ...named('latency', merged.latency),
  ];
  return tariffs.flatMap(([at, tariff]) => {
    const { longContext } = tariff;
    const names = [
      ...missingTokenParts(tariff).map((name) => joinPath(at, name)),
      ...(longContext ? missingTokenParts(longContext) : []).map((name) =>
        joinPath(at, 'long_context', name),
      ),
      ...(longContext && longContext.aboveInputTokens === undefined
        ? [joinPath(at, 'long_context', 'above')]
        : []),
    ];
    const message = `is required, because the catalogue has none for ${quoted(modelId)} here`;
    return names.map((missing) => ({ path: missing, message }));
  });
}

const missingTokenParts = (usd: UsdPrice): readonly ('input' | 'output')[] =>
  usd.perQuery !== undefined && usd.input === undefined
    ? []
    : (['input', 'output'] as const).filter((name) => usd[name] === undefined);
