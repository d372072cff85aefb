/** Clients of OpenAI and Anthropic against the built sandbox. */
import { pathOf } from '../integration/sandbox/support/run-sandbox.ts';
import { FORMER_PACKAGES } from './support/client-program.ts';
import { type Addresses, type Client, describeClients } from './support/describe-client.ts';

const HAIKU = { model: 'us.anthropic.claude-haiku-4-5-20251001-v1:0', alias: 'haiku' };
/** OpenAI's clients are served by any model. */
const NOVA = { model: 'nova', alias: 'nova' };
const SONNET = { model: 'us.anthropic.claude-sonnet-4-6', alias: 'sonnet' };
type Model = Pick<Client, 'model' | 'alias'>;

const anthropicUrl = ({ url }: Addresses) => ({ ANTHROPIC_BASE_URL: `${url}/anthropic` });

const openAi = (name: string, program: Client['program'], model: Model): Client => ({
  name,
  program,
  env: ({ url }) => ({ OPENAI_BASE_URL: `${url}/openai/v1` }),
  ...model,
});
const anthropic = (name: string, program: Client['program'], model: Model): Client => ({
  name,
  program,
  env: anthropicUrl,
  ...model,
});

const CLIENTS: readonly Client[] = [
  openAi('OpenAI for Python, chat completions', ['openai_client.py', 'chat'], NOVA),
  openAi('OpenAI for Python, responses', ['openai_client.py', 'responses'], HAIKU),
  openAi('OpenAI for JavaScript, chat completions', ['openai.mjs', 'chat'], HAIKU),
  openAi('OpenAI for JavaScript, responses', ['openai.mjs', 'responses'], NOVA),
  openAi('LiteLLM, as a client of OpenAI', ['litellm_client.py', 'openai'], HAIKU),
  anthropic('Anthropic for Python, version 2', ['anthropic_client.py', 'Anthropic'], HAIKU),
  {
    ...anthropic(
      'Anthropic for Python, version 0, with another model',
      ['anthropic_client.py', 'Anthropic'],
      NOVA,
    ),
    env: (addresses) => ({ ...anthropicUrl(addresses), PYTHONPATH: FORMER_PACKAGES }),
  },
  anthropic(
    'Anthropic for JavaScript, version 1',
    ['anthropic.mjs', '@anthropic-ai/sdk', 'Anthropic'],
    HAIKU,
  ),
  anthropic(
    'Anthropic for JavaScript, version 0',
    ['anthropic.mjs', 'anthropic-sdk-0', 'Anthropic'],
    HAIKU,
  ),
  anthropic('LiteLLM, as a client of Anthropic', ['litellm_client.py', 'anthropic'], HAIKU),
  {
    ...anthropic('Claude Code in Anthropic format', ['claude-code.mjs'], SONNET),
    asksAgain: true,
    toolUse: { name: 'Read', input: { file_path: 'weather.txt' } },
  },
];

/**
 * Its answers are always streams, and it shows each whole. It calls again after every 429 and every
 * stream that breaks off, five times within two minutes, whatever their headers say.
 */
const opencode = (name: string, provider: string, rest: Pick<Client, 'env' | 'scenarios'>) => ({
  name,
  program: ['opencode.mjs', provider] as const,
  toolUse: { name: 'read', input: { filePath: 'weather.txt' } },
  ...NOVA,
  ...rest,
});
const OPENCODE: readonly Client[] = [
  opencode('opencode, as a client of OpenAI', 'sentry', {
    env: ({ url }) => ({ OPENAI_BASE_URL: `${url}/openai/v1` }),
    scenarios: ['plain', 'tools'],
  }),
  opencode('opencode, as a client of Bedrock', 'amazon-bedrock', {
    env: ({ url }) => ({ BEDROCK_ENDPOINT: url }),
    scenarios: ['plain', 'denied'],
  }),
];
/** Its package for this system is the one that is locked. */
const hasOpencode = process.platform === 'linux' && process.arch === 'x64';

describeClients(pathOf('test/clients/support/clients.tfvars'), [
  ...CLIENTS,
  ...(hasOpencode ? OPENCODE : []),
]);
