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

const CLIENTS: readonly Client[] = [
  {
    name: 'boto3',
    program: ['boto3_client.py'],
    env: boto3,
    ...HAIKU,
  },
  {
    name: 'langchain-aws',
    program: ['langchain_client.py'],
    env: boto3,
    ...HAIKU,
  },
  {
    name: 'AnthropicBedrock for Python, version 2',
    program: ['anthropic_client.py', 'AnthropicBedrock'],
    env: anthropic,
    ...HAIKU,
  },
  {
    name: 'AnthropicBedrock for Python, version 0',
    program: ['anthropic_client.py', 'AnthropicBedrock'],
    env: (addresses) => ({ ...anthropic(addresses), PYTHONPATH: FORMER_PACKAGES }),
    ...HAIKU,
  },
  {
    name: 'the AWS SDK for JavaScript',
    program: ['aws-sdk.mjs'],
    env: ({ tlsUrl, certificateFile }) => ({
      ...REGION,
      AWS_ENDPOINT_URL_BEDROCK_RUNTIME: tlsUrl,
      NODE_EXTRA_CA_CERTS: certificateFile,
    }),
    ...HAIKU,
  },
  {
    name: 'the AI SDK',
    program: ['ai-sdk.mjs'],
    env: ({ url }) => ({ ...REGION, AWS_ENDPOINT_URL_BEDROCK_RUNTIME: url }),
    ...HAIKU,
  },
  {
    name: 'AnthropicBedrock for JavaScript, version 1',
    program: ['anthropic.mjs', '@anthropic-ai/bedrock-sdk', 'AnthropicBedrock'],
    env: anthropic,
    ...HAIKU,
  },
  {
    name: 'AnthropicBedrock for JavaScript, version 0',
    program: ['anthropic.mjs', 'anthropic-bedrock-sdk-0', 'AnthropicBedrock'],
    env: anthropic,
    ...HAIKU,
  },
  {
    name: 'Claude Code',
    program: ['claude-code.mjs'],
    env: (addresses) => ({ ...anthropic(addresses), CLAUDE_CODE_USE_BEDROCK: '1' }),
    ...SONNET,
    asksAgain: true,
    toolUse: { name: 'Read', input: { file_path: 'weather.txt' } },
  },
];

describeClients(pathOf('test/clients/support/clients.tfvars'), CLIENTS);
