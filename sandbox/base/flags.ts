/** What `npm start -- ...` takes. */
import { fileURLToPath } from 'node:url';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { EXECUTIONS, type Execution } from '../../core/policy/policy.ts';

const IDENTITIES = ['off', 'on'] as const;
const BEDROCKS = ['mock', 'aws'] as const;

export interface Flags {
  readonly port: number;
  readonly varFiles: readonly string[];
  /** What models cost and which ids they have depends on it. */
  readonly region: string;
  readonly identity: (typeof IDENTITIES)[number];
  /** Absent: what the configuration says. */
  readonly execution?: Execution;
  readonly bedrock: (typeof BEDROCKS)[number];
  readonly dynamodbEndpoint?: URL;
  /** Where the ledger is kept; absent: in memory, gone at the end. */
  readonly dataDirectory?: string;
  readonly verbose: boolean;
}

type ParsedFlags =
  | { readonly flags: Flags }
  /** Nothing is to run: 0 after --help, 2 after a mistake. */
  | { readonly exitCode: 0 | 2; readonly text: string };

const DEFAULT_PORT = 8787;
const DEFAULT_REGION = 'us-east-1';
const REGION = /^[a-z]{2}(-[a-z]+)+-\d{1,2}$/;

/** @param root the project's folder; the default configuration is one of its examples. */
export function parseFlags(args: readonly string[], root: URL): ParsedFlags {
  let text = '';
  const write = (part: string) => {
    text += part;
  };
  const command = describeFlags().configureOutput({ writeOut: write, writeErr: write });
  try {
    command.exitOverride().parse(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return { exitCode: error.exitCode === 0 ? 0 : 2, text };
  }
  const options = command.opts<CommandOptions>();
  return {
    flags: {
      port: options.port,
      varFiles: options.varFile ?? [
        fileURLToPath(new URL('examples/complete/terraform.tfvars', root)),
      ],
      region: options.region,
      identity: options.identity,
      ...(options.execution && { execution: options.execution }),
      bedrock: options.bedrock,
      ...(options.dynamodbEndpoint && { dynamodbEndpoint: options.dynamodbEndpoint }),
      ...(options.data !== undefined && { dataDirectory: options.data }),
      verbose: options.verbose ?? false,
    },
  };
}

interface CommandOptions {
  port: number;
  varFile?: string[];
  region: string;
  identity: Flags['identity'];
  execution?: Execution;
  bedrock: Flags['bedrock'];
  dynamodbEndpoint?: URL;
  data?: string;
  verbose?: boolean;
}

function describeFlags(): Command {
  return new Command('npm start --')
    .description('Runs the cost sentry on this machine: no AWS account, no money.')
    .option(
      '--port <port>',
      'where to listen on 127.0.0.1; 0 picks a free port',
      port,
      DEFAULT_PORT,
    )
    .option(
      '--var-file <file>',
      'tfvars to run; may be repeated, a later file replaces variables (default: examples/complete/terraform.tfvars)',
      (file: string, files: string[] | undefined) => [...(files ?? []), nonEmpty(file)],
    )
    .option('--region <region>', 'AWS region to stand in for', regionName, DEFAULT_REGION)
    .addOption(
      new Option('--identity <mode>', 'whether callers must prove who they are')
        .choices(IDENTITIES)
        .default('off'),
    )
    .addOption(
      new Option(
        '--execution <mode>',
        'run the steps in Step Functions or inside the gateway (default: as configured)',
      ).choices(EXECUTIONS),
    )
    .addOption(
      new Option('--bedrock <where>', 'which models answer; aws calls real ones and costs money')
        .choices(BEDROCKS)
        .default('mock'),
    )
    .option('--data <directory>', 'keep the ledger there (default: in memory)', nonEmpty)
    .addOption(
      new Option('--dynamodb-endpoint <url>', 'use this DynamoDB, e.g. DynamoDB Local')
        .argParser(httpUrl)
        .conflicts('data'),
    )
    .option('--verbose', 'show what the functions print')
    .allowExcessArguments(false);
}

function port(text: string): number {
  const value = Number(text);
  if (/^\d{1,5}$/.test(text) && value <= 65_535) return value;
  throw new InvalidArgumentError('It must be a whole number from 0 to 65535.');
}

function regionName(text: string): string {
  if (REGION.test(text)) return text;
  throw new InvalidArgumentError('It must be a region such as eu-west-1.');
}

function nonEmpty(text: string): string {
  if (text !== '') return text;
  throw new InvalidArgumentError('It must not be empty.');
}

function httpUrl(text: string): URL {
  const url = URL.parse(text);
  if (url && (url.protocol === 'http:' || url.protocol === 'https:')) return url;
  throw new InvalidArgumentError('It must be a URL such as http://127.0.0.1:8000.');
}
