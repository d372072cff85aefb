/** The versions that docs/clients.md names are those that the lock files and requirements install. */
import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';

const read = (path: string): string =>
  readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');

const clients = 'test/clients';
const manifest: Record<
  'dependencies' | 'optionalDependencies',
  Record<string, string>
> = JSON.parse(read(`${clients}/package.json`));
const dependencies = { ...manifest.dependencies, ...manifest.optionalDependencies };
const { packages }: { packages: Record<string, { version: string }> } = JSON.parse(
  read(`${clients}/package-lock.json`),
);

const npm = (name: string): string => packages[`node_modules/${name}`]?.version ?? 'missing';

/** The exact version of a package in a file of requirements. */
function pip(name: string, file = 'requirements.txt'): string {
  const line = read(`${clients}/${file}`)
    .split('\n')
    .find((each) => each.startsWith(`${name}==`));
  return line?.split('==')[1] ?? 'missing';
}

/** Rows of the table, by client. */
const documented = Object.fromEntries(
  read('docs/clients.md')
    .split('## Tested versions')[1]
    ?.split('\n## ')[0]
    ?.split('\n')
    .flatMap((line) => {
      const [, client, versions] = /^\| (.+?) \| ([\d., ]+) \|$/.exec(line) ?? [];
      return client && versions ? [[client, versions.split(', ')] as const] : [];
    }) ?? [],
);

test('docs/clients.md names every tested client at its installed version', () => {
  expect(documented).toEqual({
    boto3: [pip('boto3')],
    'langchain-aws': [pip('langchain-aws')],
    'anthropic (`Anthropic` and `AnthropicBedrock`, Python)': [
      pip('anthropic'),
      pip('anthropic', 'requirements-anthropic-0.txt'),
    ],
    '@aws-sdk/client-bedrock-runtime': [npm('@aws-sdk/client-bedrock-runtime')],
    'ai, @ai-sdk/amazon-bedrock': [npm('ai'), npm('@ai-sdk/amazon-bedrock')],
    '@anthropic-ai/bedrock-sdk': [npm('@anthropic-ai/bedrock-sdk'), npm('anthropic-bedrock-sdk-0')],
    '@anthropic-ai/sdk': [npm('@anthropic-ai/sdk'), npm('anthropic-sdk-0')],
    'openai (Python)': [pip('openai')],
    'openai (JavaScript)': [npm('openai')],
    litellm: [pip('litellm')],
    'Claude Code, in both formats': [npm('@anthropic-ai/claude-code')],
    'opencode, with the providers `@ai-sdk/openai-compatible` and `amazon-bedrock`': [
      npm('opencode-linux-x64'),
    ],
  });
});

test('each npm client is locked at the exact version it is asked for', () => {
  for (const [name, asked] of Object.entries(dependencies)) {
    expect([name, npm(name)]).toEqual([name, asked.replace(/^npm:.*@/, '')]);
  }
});

test('every npm client is in the table', () => {
  const versions = Object.values(documented).flat();
  expect(Object.keys(dependencies).filter((name) => !versions.includes(npm(name)))).toEqual([]);
});
