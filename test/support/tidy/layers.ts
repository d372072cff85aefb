/** The order of the layers: an import points down, or stays in its own part. */
import { importsOf } from './imports.ts';
import { CODE, matching, type Rule, withinPaths } from './source.ts';

/** The parts of the project from the top; parts in one row do not import each other. */
const LAYERS: readonly (readonly RegExp[])[] = [
  [/^test\//],
  [/^scripts\//],
  [/^functions\//, /^cli\//, /^sandbox\//],
  [/^adapters\//],
  [/^core\/jobs\//],
  [/^core\/insight\//],
  [/^core\/(?:protocols|call)\//],
  [/^core\/telemetry\//],
  [/^core\/ledger\//],
  [/^core\/policy\//],
  [/^core\/pricing\//],
  [/^core\/[^/]+$/],
];

interface Place {
  /** From 0, the highest. */
  readonly layer: number;
  readonly part: RegExp;
}

function placeOf(path: string): Place | undefined {
  for (const [layer, parts] of LAYERS.entries()) {
    const part = parts.find((pattern) => pattern.test(path));
    if (part) return { layer, part };
  }
  return undefined;
}

function whyNot(from: string, target: string): string | undefined {
  const [above, below] = [placeOf(from), placeOf(target)];
  if (!above || !below || above.part === below.part || above.layer < below.layer) return undefined;
  return above.layer === below.layer
    ? 'parts of one layer do not import each other'
    : 'a layer does not import the ones above it';
}

const HOME = /^(?:core|adapters|functions|cli|sandbox|scripts|test)\//;

/** Imports point down: see LAYERS. A file in a folder that LAYERS lacks is a violation as well. */
export const layers: Rule = (files) => {
  const code = files.filter(({ path }) => CODE.test(path));
  const homeless = code
    .filter(({ path }) => HOME.test(path) && !placeOf(path))
    .map(({ path }) => ({ path, says: 'belongs to no layer: give its folder a place' }));
  const wrong = code.flatMap(importsOf).flatMap(({ from, target, line }) => {
    const why = whyNot(from, target);
    return why === undefined ? [] : [{ path: from, line, says: `imports ${target}: ${why}` }];
  });
  return [...matching(LAYERS.flat(), code), ...homeless, ...wrong];
};

const PLATFORM = /^(?:node:|@aws-sdk\/|@smithy\/|@aws-crypto\/|@middy\/|aws-lambda$)/;

/** The core declares ports; adapters and programs know the platform. */
export const noPlatform: Rule = withinPaths(/^core\//, (files) =>
  files
    .flatMap(importsOf)
    .filter(({ target }) => PLATFORM.test(target))
    .map(({ from, target, line }) => ({
      path: from,
      line,
      says: `imports ${target}: declare a port and implement it in an adapter`,
    })),
);

const FUNCTION = /^functions\/([^/]+)\//;
const EDGE = 'edge';

/** One function imports no other, and the edge knows none of the functions it serves. */
export const functionsApart: Rule = withinPaths(FUNCTION, (files) =>
  files.flatMap(importsOf).flatMap(({ from, target, line }) => {
    const [folder, other] = [FUNCTION.exec(from)?.[1], FUNCTION.exec(target)?.[1]];
    if (other === undefined || other === folder || other === EDGE) return [];
    return [{ path: from, line, says: `imports ${target}: functions do not import each other` }];
  }),
);
