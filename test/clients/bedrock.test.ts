/** Clients of Bedrock against the built sandbox. */
import { pathOf } from '../integration/sandbox/support/run-sandbox.ts';
import { FORMER_PACKAGES } from './support/client-program.ts';
import { type Addresses, type Client, describeClients } from './support/describe-client.ts';

const REGION = { AWS_REGION: 'us-east-1' };
const HAIKU = { model: 'us.anthropic.claude-haiku-4-5-20251001-v1:0', alias: 'haiku' };
/** Not one that Claude Code tries by itself. */
const SONNET = { model: 'us.anthropic.claude-sonnet-4-6', alias: 'sonnet' };

/** boto3 sends keys over HTTPS only. */
const boto3 = ({ tlsUrl, certificateFile }: Addresses) => ({
  AWS_DEFAULT_REGION: 'us-east-1',
  AWS_ENDPOINT_URL_BEDROCK_RUNTIME: tlsUrl,
  AWS_CA_BUNDLE: certificateFile,
});
const anthropic = ({ url }: Addresses) => ({ ...REGION, ANTHROPIC_BEDROCK_BASE_URL: url });

const client = (name: string, program: Client['program'], env: Client['env']): Client => ({
  name,
  program,
  env,
  ...HAIKU,
});

const CLIENTS: readonly Client[] = [
  client('boto3', ['boto3_client.py'], boto3),
  client('langchain-aws', ['langchain_client.py'], boto3),
  client(
    'AnthropicBedrock for Python, version 2',
    ['anthropic_client.py', 'AnthropicBedrock'],
    anthropic,
  ),
  client(
    'AnthropicBedrock for Python, version 0',
    ['anthropic_client.py', 'AnthropicBedrock'],
    (addresses) => ({ ...anthropic(addresses), PYTHONPATH: FORMER_PACKAGES }),
  ),
  client('the AWS SDK for JavaScript', ['aws-sdk.mjs'], ({ tlsUrl, certificateFile }) => ({
    ...REGION,
    AWS_ENDPOINT_URL_BEDROCK_RUNTIME: tlsUrl,
    NODE_EXTRA_CA_CERTS: certificateFile,
  })),
  client('the AI SDK', ['ai-sdk.mjs'], ({ url }) => ({
    ...REGION,
    AWS_ENDPOINT_URL_BEDROCK_RUNTIME: url,
  })),
  client(
    'AnthropicBedrock for JavaScript, version 1',
    ['anthropic.mjs', '@anthropic-ai/bedrock-sdk', 'AnthropicBedrock'],
    anthropic,
  ),
  client(
    'AnthropicBedrock for JavaScript, version 0',
    ['anthropic.mjs', 'anthropic-bedrock-sdk-0', 'AnthropicBedrock'],
    anthropic,
  ),
  {
    ...client('Claude Code', ['claude-code.mjs'], (addresses) => ({
      ...anthropic(addresses),
      CLAUDE_CODE_USE_BEDROCK: '1',
    })),
    ...SONNET,
    asksAgain: true,
    toolUse: { name: 'Read', input: { file_path: 'weather.txt' } },
  },
];

describeClients(pathOf('test/clients/support/clients.tfvars'), CLIENTS);
