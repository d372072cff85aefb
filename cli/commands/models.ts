/** `cost-sentry models`: the price catalogue, and what Amazon Bedrock says about it. */
import type { Command } from 'commander';
import { runModelsCheck } from '../models/run-check.ts';
import { runModelsList } from '../models/run-list.ts';
import { runModelsPrices } from '../models/run-prices.ts';
import type { AddCommand } from '../terminal/io.ts';
import { appendOption } from '../terminal/options.ts';

const NOTES = `
check and prices need bedrock:ListFoundationModels, bedrock:ListInferenceProfiles and
pricing:GetProducts. The AWS Price List has names of models and not their ids: a model that is
not found in it is reported, and its price is not checked.
`;

const EXAMPLES = {
  list: ['list --region eu-central-1', 'list claude --json'],
  check: ['check --var-file terraform.tfvars', 'check --region eu-central-1 --json'],
  prices: ['prices --var-file terraform.tfvars --out prices.auto.tfvars.json'],
} as const;

const examples = (...lines: readonly string[]): string =>
  ['\nExamples:', ...lines.map((line) => `  $ cost-sentry models ${line}`)].join('\n');

export const addModels: AddCommand = ({ program, io, done }) => {
  const models = program
    .command('models')
    .description('list models and prices; compare them with Amazon Bedrock and the AWS Price List')
    .addHelpText('after', NOTES + examples(...Object.values(EXAMPLES).flat()));
  models
    .command('list')
    .description('list the models of the price catalogue that a region can call')
    .argument('[text]', 'show only ids with this text, such as claude')
    .option('--all', 'also show models past their end of life')
    .option('--json', 'print JSON; prices in nano-USD per million tokens')
    .addHelpText('after', examples(...EXAMPLES.list))
    .action((text: string | undefined, options) => done(runModelsList(text, options, io)));
  withPolicy(models.command('check'))
    .description(
      'compare models with what Amazon Bedrock offers and with the AWS Price List: exit code 1 if ' +
        "a price is below AWS's, or if a model ends or is not offered",
    )
    .option('--json', 'print JSON; errors as {"problems": [{"path", "message"}]}')
    .addHelpText('after', NOTES + examples(...EXAMPLES.check))
    .action(async (options) => done(await runModelsCheck(options, io)));
  withPolicy(models.command('prices'))
    .description('write the `models` variable with the prices that differ from AWS, for review')
    .option('--out <file>', 'write to this file; - for standard output (default)')
    .option('--lower', 'also write prices that are lower at AWS')
    .option('--json', 'print what was written as JSON; requires --out with a file')
    .addHelpText('after', NOTES + examples(...EXAMPLES.prices))
    .action(async (options) => done(await runModelsPrices(options, io)));
};

const withPolicy = (command: Command): Command =>
  command.option(
    '--var-file <file>',
    'tfvars file whose models are compared (default: all of the catalogue that the region can call); repeatable, later files win',
    appendOption,
  );
