/** Units that embeddings and reranking bill besides tokens, counted in a request. */
import { textTokenBound } from '../../call/prompt-bound/text-bound.ts';
import type { InputProblem } from '../../input-problem.ts';
import { isJsonObject, type JsonObject } from '../../json-value.ts';
import type { BilledUnit, Price } from '../../pricing/price.ts';

type Units = Readonly<Partial<Record<BilledUnit, number>>>;

/**
 * One query has up to 100 chunks of documents, and a chunk about 500 tokens, the query included:
 * https://aws.amazon.com/bedrock/pricing/, 2026-11. Half of that is taken for the document.
 */
const CHUNKS_PER_QUERY = 100;
const CHUNK_TOKENS = 250;

/**
 * Images have a separate price: that of text is lower where both are known.
 * @param prices of a model for embeddings or reranking; undefined: another, which bills tokens.
 */
export function billedUnits(
  body: JsonObject,
  prices: Price['units'],
): { readonly units: Units; readonly problems: readonly InputProblem[] } {
  if (!prices) return { units: {}, problems: [] };
  const media = mediaIn(body);
  const image = media.find(({ kind, count }) => kind === 'image' && count > 0);
  const timed = media.find(({ kind }) => kind === 'audio' || kind === 'video');
  const isTimePriced = prices.audioSecond !== undefined || prices.videoSecond !== undefined;
  const images = media.reduce((sum, { kind, count }) => sum + (kind === 'image' ? count : 0), 0);
  return {
    units: {
      ...(prices.query !== undefined && { query: queriesOf(body) }),
      ...(prices.image !== undefined && images > 0 && { image: images }),
    },
    problems: [
      ...(timed && isTimePriced ? [problemAt(timed, TIMED)] : []),
      ...(image && prices.image === undefined ? [problemAt(image, NO_IMAGE_PRICE)] : []),
    ],
  };
}

const TIMED = 'audio and video are billed by the second, which cannot be bounded';
const NO_IMAGE_PRICE =
  'the price of an image is not known: send text, or set `price.per_image` of the model';

const problemAt = ({ path }: Media, message: string): InputProblem => ({
  path: `$.${path}`,
  message,
});

function queriesOf({ documents }: JsonObject): number {
  const list = Array.isArray(documents) ? documents : [];
  const chunks = list.reduce<number>((sum, document) => {
    const text = typeof document === 'string' ? document : JSON.stringify(document);
    return sum + Math.max(1, Math.ceil(textTokenBound(text) / CHUNK_TOKENS));
  }, 0);
  return Math.max(1, Math.ceil(chunks / CHUNKS_PER_QUERY));
}

interface Media {
  readonly path: string;
  readonly kind: string;
  readonly count: number;
}

/** Members such as `inputImage`, `images`, `image_url` and `video`; parameters are no objects. */
function mediaIn(value: unknown, path = ''): readonly Media[] {
  if (Array.isArray(value)) return value.flatMap((each, i) => mediaIn(each, `${path}[${i}]`));
  if (!isJsonObject(value)) return [];
  return Object.entries(value).flatMap(([name, inner]): readonly Media[] => {
    const at = path === '' ? name : `${path}.${name}`;
    const kind = /^(?:input)?_?(image|audio|video)(?:s|_url)?$/i.exec(name)?.[1]?.toLowerCase();
    if (kind === undefined || inner === null || inner === undefined) return mediaIn(inner, at);
    return [{ path: at, kind, count: Array.isArray(inner) ? inner.length : 1 }];
  });
}
