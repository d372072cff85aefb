/** The client of a package that are both named as arguments, such as AnthropicBedrock. */
import { load, PROMPT, serve, TOOL, TOOL_RESULT } from './scenarios.mjs';

const [, , packageName, clientName] = process.argv;
const { [clientName]: Client } = await load(packageName);

const messages = [{ role: 'user', content: PROMPT }];
const { name, description, schema } = TOOL;
const tools = [{ name, description, input_schema: schema }];
const usageOf = ({ input_tokens, output_tokens }) => ({
  input: input_tokens,
  output: output_tokens,
});
const options = (model) => ({ model, max_tokens: 300 });

await serve({
  plain: async (model) => {
    const answer = await new Client().messages.create({ ...options(model), messages });
    return { text: answer.content[0].text, usage: usageOf(answer.usage) };
  },
  streamed: async (model, pieces) => {
    const stream = new Client().messages.stream({ ...options(model), messages });
    stream.on('text', (text) => pieces.push(text));
    return { usage: usageOf((await stream.finalMessage()).usage) };
  },
  tools: async (model) => {
    const client = new Client();
    const ask = (said) =>
      client.messages.create({ ...options(model), tools, messages: [...messages, ...said] });
    const { content } = await ask([]);
    const { id, input } = content.find((block) => block.type === 'tool_use');
    const result = { type: 'tool_result', tool_use_id: id, content: TOOL_RESULT };
    const answer = await ask([
      { role: 'assistant', content },
      { role: 'user', content: [result] },
    ]);
    return { toolInput: input, text: answer.content[0].text };
  },
});
