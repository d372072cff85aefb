/** Runs opencode as a script does, with the provider that the argument names: one prompt, and out. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { PROMPT, serve, TOOL_RESULT } from './scenarios.mjs';

const PACKAGE = `opencode-${process.platform}-${process.arch}`;
const OPENCODE = join(process.env.TEST_CLIENTS_FOLDER, 'node_modules', PACKAGE, 'bin', 'opencode');
const FILE = 'weather.txt';
const [, , provider] = process.argv;

/** As its user writes them into opencode.json, with the address of the sentry. */
const PROVIDERS = {
  sentry: {
    npm: '@ai-sdk/openai-compatible',
    options: { baseURL: process.env.OPENAI_BASE_URL, apiKey: '{env:OPENAI_API_KEY}' },
  },
  'amazon-bedrock': { options: { endpoint: process.env.BEDROCK_ENDPOINT, region: 'us-east-1' } },
};

const configOf = (model) => ({
  autoupdate: false,
  share: 'disabled',
  provider: {
    [provider]: {
      ...PROVIDERS[provider],
      models: { [model]: { tool_call: true, limit: { context: 100_000, output: 4_000 } } },
    },
  },
});

/** @returns what it prints, line by line, as JSON. */
async function ask(model) {
  const folder = await mkdtemp(join(tmpdir(), 'opencode-'));
  try {
    await writeFile(join(folder, FILE), TOOL_RESULT);
    await writeFile(join(folder, 'opencode.json'), JSON.stringify(configOf(model)));
    // With a title it asks for none.
    const args = ['run', '--title', 'Weather', '--format', 'json'];
    const child = spawn(OPENCODE, [...args, '--model', `${provider}/${model}`, PROMPT], {
      cwd: folder,
      env: {
        ...process.env,
        HOME: folder,
        OPENCODE_DISABLE_MODELS_FETCH: '1',
        OPENCODE_DISABLE_AUTOUPDATE: '1',
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const lines = (await text(child.stdout)).split('\n').filter(Boolean);
    return resultOf(lines.map((line) => JSON.parse(line)));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** @throws Error with what the user reads. */
function resultOf(events) {
  const failed = events.find(({ type }) => type === 'error')?.error;
  if (failed) {
    const { message, statusCode: status } = failed.data;
    throw Object.assign(new Error(message), { name: failed.name, status });
  }
  const parts = events.map(({ part }) => part);
  const { tokens } = parts.findLast(({ type }) => type === 'step-finish');
  return {
    text: parts.findLast(({ type }) => type === 'text').text,
    toolInput: parts.find(({ type }) => type === 'tool')?.state.input,
    usage: { input: tokens.input, output: tokens.output },
  };
}

await serve({ plain: ask, tools: ask });
