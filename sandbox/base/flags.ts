/** What `npm start -- ...` takes. */
import { fileURLToPath } from 'node:url';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { EXECUTIONS, type Execution } from '../../core/policy/policy.ts';

const IDENTITIES = ['off', 'on'] as const;
const BEDROCKS = ['mock', 'aws'] as const;

const SWEEPS = ['on', 'off'] as const;

export interface Flags {
  readonly port: number;
  readonly varFiles: readonly string[];
  /** Prices and model ids depend on it. */
  readonly region: string;
  readonly identity: (typeof IDENTITIES)[number];
  /** Absent: as configured. */
  readonly execution?: Execution;
  readonly bedrock: (typeof BEDROCKS)[number];
  readonly dynamodbEndpoint?: URL;
  /** Directory of the ledger; absent: in memory, lost on exit. */
  readonly dataDirectory?: string;
  /** Whether the sweep runs every minute, as on AWS. */
  readonly sweep: boolean;
  /** Port that speaks HTTPS as well; 0 selects a free one. Absent: none. */
  readonly tlsPort?: number;
  readonly verbose: boolean;
}

type ParsedFlags =
  | { readonly flags: Flags }
  /** Nothing to run: 0 after --help, 2 after invalid flags. */
  | { readonly exitCode: 0 | 2; readonly text: string };

const DEFAULT_PORT = 8787;
const PORT_MAX = 65_535;
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
      sweep: options.sweep === 'on',
      ...(options.tls !== undefined && { tlsPort: tlsPort(options) }),
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
  sweep: (typeof SWEEPS)[number];
  tls?: number | true;
  verbose?: boolean;
}

function describeFlags(): Command {
  return new Command('npm start --')
    .description('Runs the cost sentry locally, without an AWS account or cost.')
    .option('--port <port>', 'port on 127.0.0.1; 0 selects a free port', port, DEFAULT_PORT)
    .option(
      '--var-file <file>',
      'tfvars file; repeatable, later files win (default: examples/complete/terraform.tfvars)',
      (file: string, files: string[] | undefined) => [...(files ?? []), nonEmpty(file)],
    )
    .option(
      '--region <region>',
      'AWS region whose prices and model ids apply',
      regionName,
      DEFAULT_REGION,
    )
    .addOption(
      new Option('--identity <mode>', 'whether callers must authenticate')
        .choices(IDENTITIES)
        .default('off'),
    )
    .addOption(
      new Option(
        '--execution <mode>',
        'run calls through Step Functions (workflow) or in the gateway (direct) (default: as ' +
          'configured)',
      ).choices(EXECUTIONS),
    )
    .addOption(
      new Option(
        '--bedrock <where>',
        'models to call: mock, or aws, which calls real models and costs money',
      )
        .choices(BEDROCKS)
        .default('mock'),
    )
    .option('--data <directory>', 'directory to keep the ledger in (default: in memory)', nonEmpty)
    .addOption(
      new Option('--dynamodb-endpoint <url>', 'use this DynamoDB endpoint, such as DynamoDB Local')
        .argParser(httpUrl)
        .conflicts('data'),
    )
    .addOption(
      new Option('--sweep <mode>', 'run the sweep every minute, as on AWS')
        .choices(SWEEPS)
        .default('on'),
    )
    .option(
      '--tls [port]',
      'also listen with HTTPS, on this port or the one after --port; creates a certificate',
      port,
    )
    .option('--verbose', 'print the output of the functions')
    .allowExcessArguments(false);
}

/** The port after a free one may be in use, so another free one is selected. */
const tlsPort = ({ tls, port: plain }: Pick<CommandOptions, 'tls' | 'port'>): number => {
  if (typeof tls === 'number') return tls;
  return plain === 0 || plain === PORT_MAX ? 0 : plain + 1;
};

function port(text: string): number {
  const value = Number(text);
  if (/^\d{1,5}$/.test(text) && value <= PORT_MAX) return value;
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
