/** Geographies of system-defined inference profiles: their prefixes, and the regions that have them. */
import catalogue from './catalogue.json' with { type: 'json' };

/** As they precede a model id. */
export const PREFIXES: readonly string[] = catalogue.geographies.map(({ prefix }) => prefix);

const startsByPrefix = new Map(
  catalogue.geographies.map(({ prefix, regionStarts }) => [prefix, regionStarts] as const),
);

/** The id without its geography prefix: what CountTokens and the catalogue know a model by. */
export function splitModelId(modelId: string): { prefix: string; baseModelId: string } {
  const prefix = PREFIXES.find((candidate) => modelId.startsWith(candidate)) ?? '';
  return { prefix, baseModelId: modelId.slice(prefix.length) };
}

/** `claude-opus-4-8`: an id without geography, vendor and version, as answers name models. */
export const bareName = (modelId: string): string =>
  splitModelId(modelId)
    .baseModelId.replace(/^[a-z0-9]+\./, '')
    .replace(/-v\d+(?::\d+)?$/, '');

/** Whether a region can call the profiles of a geography. */
export const isPrefixOf = (prefix: string, region: string): boolean =>
  startsByPrefix.get(prefix)?.some((start) => region.startsWith(start)) ?? false;

/** `us-east-*, us-west-*`: where the profiles of a geography can be called. */
export const regionsOf = (prefix: string): string =>
  (startsByPrefix.get(prefix) ?? [])
    .map((start) => (start.endsWith('-') ? `${start}*` : start))
    .join(', ');
