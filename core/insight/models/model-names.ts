/** Names of models in the AWS Price List, and the catalogue's ids that they mean. */

const EDITION = /\s*\(Amazon Bedrock Edition\)\s*$/i;
/** `USW2-moonshotai.kimi-k3-mantle-input-tokens-standard` holds the id itself. */
const ID_IN_USAGE_TYPE = /^[A-Z0-9]+-([a-z0-9-]+\.[a-z0-9.:-]+?)-mantle-/;
/** Words that only one of a name and an id may have. */
const NOISE = new Set(
  'amazon anthropic openai meta mistral ai cohere qwen deepseek google moonshotai moonshot kimi minimax nvidia writer xai zai ai21 labs instruct model'.split(
    ' ',
  ),
);

interface NamedProduct {
  readonly usageType: string;
  readonly model: string;
  readonly serviceName: string;
}

/** @returns the ids that a product is about; none where that is not known. */
export function idsOfProduct(
  { usageType, model, serviceName }: NamedProduct,
  idsByName: ReadonlyMap<string, readonly string[]>,
): readonly string[] {
  const inUsageType = ID_IN_USAGE_TYPE.exec(usageType)?.[1];
  const name = model || (EDITION.test(serviceName) ? serviceName.replace(EDITION, '') : '');
  return [inUsageType, name].flatMap((each) => idsByName.get(nameOf(each ?? '')) ?? []);
}

/** The ids of each name; several ids can mean one model. */
export function namesOfIds(ids: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const byName = new Map<string, string[]>();
  for (const id of ids) {
    const name = nameOf(id);
    byName.set(name, [...(byName.get(name) ?? []), id]);
  }
  return byName;
}

/**
 * The words of a name in no order, and its numbers as they are: `Claude 4.6 Sonnet`,
 * `Claude Sonnet 4.6` and `anthropic.claude-sonnet-4-6` are the same, 4.5 and 5.4 are not.
 */
function nameOf(text: string): string {
  const parts = text
    .replace(/^[a-z0-9]+\.(?=[a-z])/, '')
    .replace(/-\d{8}\b/, '')
    .replace(/(?:-v?1)?:\d+(?::\d+k)?$|-v1$/, '')
    .replace(/(\d)\.0\b/g, '$1')
    .toLowerCase()
    .match(/[a-z]+|\d+/g);
  const words = (parts ?? []).filter((part) => /[a-z]/.test(part) && !NOISE.has(part));
  const numbers = (parts ?? []).filter((part) => /\d/.test(part));
  return [...words.sort(), ...numbers].join(' ');
}
