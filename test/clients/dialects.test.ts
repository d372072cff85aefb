/** Clients of OpenAI and Anthropic against the built sandbox. */
import { pathOf } from '../integration/sandbox/support/run-sandbox.ts';
import { FORMER_PACKAGES } from './support/client-program.ts';
import { type Addresses, type Client, describeClients } from './support/describe-client.ts';

const HAIKU = { model: 'us.anthropic.claude-haiku-4-5-20251001-v1:0', alias: 'haiku' };
/** OpenAI's clients are served by any model. */
const NOVA = { model: 'nova', alias: 'nova' };

const openAi = ({ url }: Addresses) => ({ OPENAI_BASE_URL: `${url}/openai/v1` });
const anthropic = ({ url }: Addresses) => ({ ANTHROPIC_BASE_URL: `${url}/anthropic` });

const CLIENTS: readonly Client[] = [
  {
    name: 'OpenAI for Python, chat completions',
    program: ['openai_client.py', 'chat'],
    env: openAi,
    ...NOVA,
  },
  {
    name: 'OpenAI for Python, responses',
    program: ['openai_client.py', 'responses'],
    env: openAi,
    ...HAIKU,
  },
  {
    name: 'OpenAI for JavaScript, chat completions',
    program: ['openai.mjs', 'chat'],
    env: openAi,
    ...HAIKU,
  },
  {
    name: 'OpenAI for JavaScript, responses',
    program: ['openai.mjs', 'responses'],
    env: openAi,
    ...NOVA,
  },
  {
    name: 'Anthropic for Python, version 2',
    program: ['anthropic_client.py', 'Anthropic'],
    env: anthropic,
    ...HAIKU,
  },
  {
    name: 'Anthropic for Python, version 0, with another model',
    program: ['anthropic_client.py', 'Anthropic'],
    env: (addresses) => ({ ...anthropic(addresses), PYTHONPATH: FORMER_PACKAGES }),
    ...NOVA,
  },
  {
    name: 'Anthropic for JavaScript, version 1',
    program: ['anthropic.mjs', '@anthropic-ai/sdk', 'Anthropic'],
    env: anthropic,
    ...HAIKU,
  },
  {
    name: 'Anthropic for JavaScript, version 0',
    program: ['anthropic.mjs', 'anthropic-sdk-0', 'Anthropic'],
    env: anthropic,
    ...HAIKU,
  },
  {
    name: 'LiteLLM, as a client of OpenAI',
    program: ['litellm_client.py', 'openai'],
    env: openAi,
    ...HAIKU,
  },
  {
    name: 'LiteLLM, as a client of Anthropic',
    program: ['litellm_client.py', 'anthropic'],
    env: anthropic,
    ...HAIKU,
  },
  {
    name: 'Claude Code in Anthropic format',
    program: ['claude-code.mjs'],
    env: anthropic,
    model: 'us.anthropic.claude-sonnet-4-6',
    alias: 'sonnet',
    asksAgain: true,
    toolUse: { name: 'Read', input: { file_path: 'weather.txt' } },
  },
];

describeClients(pathOf('test/clients/support/clients.tfvars'), CLIENTS);
