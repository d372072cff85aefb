/** `cost-sentry models prices`: writes the prices that differ as a tfvars file. */
import type { ModelReport } from '../../core/insight/models/check-models.ts';
import { withPrices, writtenDifferences } from '../../core/insight/models/price-variables.ts';
import { toSafeInteger } from '../../core/money.ts';
import { counted, quoted } from '../../core/safe-text.ts';
import { failWithFlagProblems, failWithProblems, toJsonText } from '../terminal/input-problems.ts';
import type { ExitCode, Io } from '../terminal/io.ts';
import { OutputError, openOutput, STANDARD_OUTPUT } from '../terminal/output-file.ts';
import { aliasOf, type CheckOptions, readChecked } from './read-checked.ts';

interface Options extends CheckOptions {
  readonly out?: string;
  readonly lower?: boolean;
}

export async function runModelsPrices(options: Options, io: Io): Promise<ExitCode> {
  const { out = STANDARD_OUTPUT, lower = false, json = false } = options;
  if (json && out === STANDARD_OUTPUT) {
    const message = 'requires --out with a file: the tfvars file is JSON already';
    return failWithFlagProblems([{ path: 'json', message }], options, io);
  }
  const checked = await readChecked(options, io);
  if ('problems' in checked) return failWithProblems(checked.problems, options, io);
  const changed = checked.check.models
    .map((model) => ({ model, differences: writtenDifferences(model, lower) }))
    .filter(({ differences }) => differences.length > 0);
  const prices = new Map(changed.map(({ model, differences }) => [keyOf(model), differences]));
  const report = (file?: string): void => {
    if (json) {
      const models = changed.map(({ model: { alias, modelId }, differences }) => ({
        ...(alias !== undefined && { alias }),
        modelId,
        prices: differences.map(({ aws, ours: _, ...part }) => ({
          ...part,
          nanoUsdPerMillion: toSafeInteger(aws),
        })),
      }));
      io.out(toJsonText({ region: checked.check.region, out: file ?? null, models }));
      return;
    }
    const names = changed.map(({ model }) => model.alias ?? model.modelId).join(', ');
    const written = `prices of ${counted(changed.length, 'model')} written to ${file}: ${names}`;
    io.err(file === undefined ? 'no price differs: nothing is written\n' : `${written}\n`);
  };
  if (changed.length === 0) {
    report();
    return 0;
  }
  // Terraform takes a variable from the last file that has it: all models are written.
  const entries = [...checked.variable].flatMap(([alias, model]) => {
    const differences = prices.get(alias);
    if (differences) return [[alias, withPrices(model, differences)] as const];
    return options.varFile ? [[alias, model] as const] : [];
  });
  const text = toJsonText({ models: Object.fromEntries(entries) });
  return write(text, out, options, io, () => report(out));
}

const keyOf = ({ alias, modelId }: ModelReport): string => alias ?? aliasOf(modelId);

function write(text: string, out: string, options: Options, io: Io, written: () => void): ExitCode {
  const failed = (problem: string): ExitCode =>
    failWithFlagProblems([{ path: 'out', message: `${quoted(out)}: ${problem}` }], options, io);
  const output = openOutput(out, io);
  if ('problem' in output) return failed(output.problem);
  try {
    output.write(text);
    output.finish();
  } catch (error) {
    output.abandon();
    if (error instanceof OutputError) return failed(error.message);
    throw error;
  }
  written();
  return 0;
}
