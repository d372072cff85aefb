/** Options of every command, as AWS's own command line has them: before the command or after it. */
import { type Command, CommanderError } from 'commander';
import { quoted } from '../../core/safe-text.ts';
import { toJsonText } from './input-problems.ts';
import type { Io } from './io.ts';
import { choiceOption, RequiredOption } from './options.ts';
import { profileRegion, regionProblems } from './region.ts';

interface GlobalOptions {
  readonly region?: string;
  readonly profile?: string;
  readonly output?: string;
  /** Of the command, where it has this option. */
  readonly json?: boolean;
}

interface Problem {
  readonly path: string;
  readonly message: string;
}

/** Formats of commands without `--format`; `text` is accepted for `table`. */
const OUTPUTS = ['table', 'json'];

export const withGlobalOptions = (program: Command, io: Io): Command =>
  program
    .option(
      '--region <region>',
      'AWS region (default: AWS_REGION, else that of the profile, else us-east-1 where AWS is not called)',
    )
    .option('--profile <name>', 'profile of the AWS configuration (default: AWS_PROFILE)')
    .addOption(choiceOption('--output <format>', 'table or json; csv and html in report', OUTPUTS))
    .configureHelp({ showGlobalOptions: true })
    .allowExcessArguments()
    .hook('preAction', async (_, command) => {
      const options: GlobalOptions = command.optsWithGlobals();
      const global =
        (await applyToEnvironment(options, io)) ?? applyOutput(command, options.output);
      const problems = [...(global === undefined ? [] : [global]), ...argumentProblems(command)];
      if (problems.length > 0) fail(command, problems, options, io);
    });

const TFVARS = /\.tfvars(?:\.json)?$/;

/** Required options that are missing, and arguments that no command takes. */
function argumentProblems(command: Command): readonly Problem[] {
  const extra = command.args.slice(command.registeredArguments.length);
  const missing = command.options.filter(
    (option) =>
      option instanceof RequiredOption &&
      command.getOptionValue(option.attributeName()) === undefined,
  );
  const forgotten = missing.some(({ long }) => long === '--var-file') && extra.find(isTfvars);
  return [
    ...missing.map(({ long, flags }) => ({
      path: long ?? flags,
      message:
        forgotten && long === '--var-file'
          ? `is required: use --var-file ${quoted(forgotten)}`
          : 'is required',
    })),
    ...extra
      .filter((each) => each !== forgotten)
      .map((each) => ({ path: 'arguments', message: `${quoted(each)} is not expected` })),
  ];
}

const isTfvars = (text: string): boolean => TFVARS.test(text);

/** The clients of the AWS SDK read the environment, and so do commands without them. */
async function applyToEnvironment(
  { region, profile }: GlobalOptions,
  { env }: Io,
): Promise<Problem | undefined> {
  if (region !== undefined) {
    const [problem] = regionProblems(region);
    if (problem !== undefined) return problem;
    env.AWS_REGION = region;
  }
  if (profile?.trim() === '') return { path: '--profile', message: 'must name a profile, got ""' };
  if (profile !== undefined) env.AWS_PROFILE = profile;
  const found = env.AWS_REGION || env.AWS_DEFAULT_REGION || (await profileRegion(env));
  if (found) env.AWS_REGION = found;
  return undefined;
}

function applyOutput(command: Command, output: string | undefined): Problem | undefined {
  if (output === undefined) return undefined;
  const path = '--output';
  const has = (flag: string): boolean => command.options.some(({ long }) => long === flag);
  const isTable = output === 'table' || output === 'text';
  if (has('--format')) {
    if (command.getOptionValueSource('format') === 'cli') {
      return { path, message: 'is another name of --format: use one of them' };
    }
    command.setOptionValue('format', isTable ? 'table' : output);
    return undefined;
  }
  if (isTable) return undefined;
  if (!OUTPUTS.includes(output)) {
    return { path, message: `unknown format ${quoted(output)}: use one of ${OUTPUTS.join(', ')}` };
  }
  if (!has('--json')) return { path, message: 'this command has no JSON output' };
  command.setOptionValue('json', true);
  return undefined;
}

/** Ends the command with exit code 2. */
function fail(
  command: Command,
  problems: readonly Problem[],
  options: GlobalOptions,
  io: Io,
): never {
  const text = problems.map(({ path, message }) => `${path}: ${message}`).join('\n');
  if (options.json !== true && options.output !== 'json') command.error(text, { exitCode: 2 });
  io.out(toJsonText({ problems }));
  throw new CommanderError(2, 'cost-sentry.globalOption', text);
}
