/** Runs the scenarios that a test asks for, one line of JSON in and one out, with one client. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

export const PROMPT = 'What is the weather in Paris?';
export const TOOL = {
  name: 'get_weather',
  description: 'The weather of a city',
  schema: {
    type: 'object',
    properties: { city: { type: 'string' } },
    required: ['city'],
  },
};
export const TOOL_RESULT = 'It rains.';
/** Where the clients look for a key. */
const KEYS = ['AWS_BEARER_TOKEN_BEDROCK', 'ANTHROPIC_API_KEY', 'OPENAI_API_KEY'];

/** A package of the clients' own folder, not of the project's. */
export function load(name) {
  const { resolve } = createRequire(join(process.env.TEST_CLIENTS_FOLDER, 'package.json'));
  return import(pathToFileURL(resolve(name)).href);
}

/**
 * @param {Record<string, (model: string, pieces: string[], asked: object) => Promise<object>>} client
 * `plain`, `streamed` and `tools`.
 */
export async function serve(client) {
  for await (const line of createInterface({ input: process.stdin })) {
    const asked = JSON.parse(line);
    for (const name of KEYS) process.env[name] = asked.key;
    const result = { pieces: [] };
    try {
      Object.assign(result, await client[asked.scenario](asked.model, result.pieces, asked));
    } catch (error) {
      result.error = describe(error);
    }
    process.stdout.write(`${JSON.stringify(result)}\n`);
  }
}

function describe(error) {
  const status = error.$metadata?.httpStatusCode ?? error.statusCode ?? error.status;
  return { name: error.name, status, message: error.message };
}
