/** `cost-sentry models list`. */
import { listModels, type ModelLine } from '../../core/insight/models/list-models.ts';
import { formatUsd } from '../../core/money.ts';
import { CATALOGUE_DATE } from '../../core/pricing/catalogue.ts';
import type { Price } from '../../core/pricing/price.ts';
import { effectivePriceToJson } from '../../core/pricing/price-json.ts';
import { counted, quoted } from '../../core/safe-text.ts';
import { failWithProblems, toJsonText } from '../terminal/input-problems.ts';
import type { ExitCode, Io } from '../terminal/io.ts';
import { regionOf, regionProblems } from '../terminal/region.ts';
import { formatTable } from '../terminal/table.ts';
import { usdPerMillion } from './format-price.ts';

interface Options {
  readonly region?: string;
  readonly all?: boolean;
  readonly json?: boolean;
}

export function runModelsList(text: string | undefined, options: Options, io: Io): ExitCode {
  const region = regionOf(options.region, io);
  const problems = regionProblems(region);
  if (problems.length > 0) return failWithProblems(problems, options, io);
  const asked = { region, now: io.clock.now(), text: text ?? '', all: options.all === true };
  const lines = listModels(asked);
  if (options.json === true) {
    const models = lines.map(({ price, ...line }) => ({
      ...line,
      price: effectivePriceToJson(price),
    }));
    io.out(toJsonText({ region, asOf: CATALOGUE_DATE, models }));
    return 0;
  }
  if (lines.length === 0) {
    const which = text === undefined ? '' : ` with ${quoted(text)} in their id`;
    io.out(`The catalogue of ${CATALOGUE_DATE} has no models${which} for ${region}.\n`);
    return 0;
  }
  io.out(
    `${counted(lines.length, 'model id')} in ${region}, catalogue of ${CATALOGUE_DATE}. ` +
      'Prices in USD per million tokens:\n\n',
  );
  io.out(formatTable([HEADER, ...lines.map(rowOf)], new Set([1, 2, 3, 4, 5, 6])));
  return 0;
}

const HEADER = [
  'MODEL ID',
  'INPUT',
  'OUTPUT',
  'CACHE READ',
  'CACHE WRITE',
  'CONTEXT',
  'MAX OUTPUT',
  'STATUS',
  'MORE PRICES',
];

function rowOf(line: ModelLine): readonly string[] {
  const { modelId, price: period, contextTokens, maxOutputTokens, status, endOfLife } = line;
  const { price, longContext, tiers = {}, latency = {} } = period;
  const more = [
    longContext && `above ${longContext.aboveInputTokens} tokens`,
    ...Object.keys(tiers),
    ...Object.keys(latency),
    ...Object.entries(price.units ?? {}).map(
      ([unit, each]) => `USD ${formatUsd(each)} per ${UNIT_NAMES[unit] ?? unit}`,
    ),
  ].filter((each) => each !== undefined);
  return [
    modelId,
    ...amounts(line, price),
    String(contextTokens),
    maxOutputTokens === 0 ? '-' : String(maxOutputTokens),
    endOfLife === undefined ? status : `${status}, ends ${endOfLife}`,
    more.join(', '),
  ];
}

const UNIT_NAMES: Readonly<Record<string, string>> = {
  audioSecond: 'second of audio',
  videoSecond: 'second of video',
};

/** Embeddings write no tokens; reranking is billed by the query. */
function amounts({ kind }: ModelLine, price: Price): readonly string[] {
  if (kind === 'rerank') return ['-', '-', '-', '-'];
  const [input, ...others] = [price.input, price.output, price.cacheRead, price.cacheWrite].map(
    usdPerMillion,
  );
  return kind === 'embedding' ? [input ?? '-', '-', '-', '-'] : [input ?? '-', ...others];
}
