/** `cost-sentry models check`. */
import {
  hasFailed,
  type ModelReport,
  type ModelsCheck,
  partName,
} from '../../core/insight/models/check-models.ts';
import type { PriceDifference } from '../../core/insight/models/compare-prices.ts';
import { toSafeInteger } from '../../core/money.ts';
import { counted } from '../../core/safe-text.ts';
import { failWithProblems, toJsonText } from '../terminal/input-problems.ts';
import type { ExitCode, Io } from '../terminal/io.ts';
import { formatTable } from '../terminal/table.ts';
import { usdPerMillion } from './format-price.ts';
import { type CheckOptions, readChecked } from './read-checked.ts';

export async function runModelsCheck(options: CheckOptions, io: Io): Promise<ExitCode> {
  const checked = await readChecked(options, io);
  if ('problems' in checked) return failWithProblems(checked.problems, options, io);
  const { check } = checked;
  io.out(options.json === true ? toJsonText(checkJson(check)) : checkText(check));
  return hasFailed(check) ? 1 : 0;
}

const checkJson = (check: ModelsCheck) => ({
  ok: !hasFailed(check),
  region: check.region,
  models: check.models.map(({ differences, ...model }) => ({
    ...model,
    differences: differences.map(({ ours, aws, ...part }) => ({
      ...part,
      ...(ours !== undefined && { nanoUsdPerMillion: toSafeInteger(ours) }),
      awsNanoUsdPerMillion: toSafeInteger(aws),
    })),
  })),
  unknownModels: check.unknown,
});

function checkText(check: ModelsCheck): string {
  const { region, models, unknown } = check;
  const places = models.flatMap(({ findings, ...model }) =>
    findings
      .filter(({ kind }) => kind === 'ending' || kind === 'not_offered')
      .map(({ message }) => `${nameOf(model)}: ${message}\n`),
  );
  const rows = models.flatMap((model) =>
    model.differences.map((difference) => [nameOf(model), ...priceCells(difference)]),
  );
  const unpriced = models.filter(({ comparedPrices }) => comparedPrices === 0);
  const compared = models.length - unpriced.length;
  return [
    ...places,
    ...(rows.length > 0
      ? [
          `${places.length > 0 ? '\n' : ''}Prices in USD per million tokens:\n\n`,
          formatTable([['MODEL', 'PRICE', 'HERE', 'AWS', ''], ...rows], new Set([2, 3])),
          '\n',
        ]
      : []),
    unpriced.length > 0
      ? `Not found in the AWS Price List: ${unpriced.map(nameOf).join(', ')}.\n`
      : '',
    unknown.length > 0 ? `Not in the catalogue: ${unknown.join(', ')}.\n` : '',
    `${region}: ${counted(models.length, 'model')} checked, prices of ${compared} compared: `,
    hasFailed(check)
      ? 'a price is below that of AWS, or a model ends or is not offered.\n'
      : 'ok.\n',
  ].join('');
}

const nameOf = ({ alias, modelId }: Pick<ModelReport, 'alias' | 'modelId'>): string =>
  alias === undefined || alias === modelId ? modelId : `${alias} (${modelId})`;

function priceCells(difference: PriceDifference): readonly string[] {
  const { ours, aws } = difference;
  const verdict = ours === undefined ? 'not known' : ours < aws ? 'TOO LOW' : 'higher';
  return [
    partName(difference),
    ours === undefined ? '-' : usdPerMillion(ours),
    usdPerMillion(aws),
    verdict,
  ];
}
