/** The OpenAI client, by chat completions or by responses as the argument names. */
import { load, PROMPT, serve, TOOL, TOOL_RESULT } from './scenarios.mjs';

const { OpenAI } = await load('openai');

const messages = [{ role: 'user', content: PROMPT }];
const { name, description, schema } = TOOL;
const definition = { name, description, parameters: schema };

const chat = {
  plain: async (model) => {
    const { choices, usage } = await new OpenAI().chat.completions.create({ model, messages });
    return { text: choices[0].message.content, usage: chatUsage(usage) };
  },
  streamed: async (model, pieces) => {
    const options = { model, messages, stream: true, stream_options: { include_usage: true } };
    let counts;
    for await (const { choices, usage } of await new OpenAI().chat.completions.create(options)) {
      if (choices[0]?.delta.content) pieces.push(choices[0].delta.content);
      if (usage) counts = chatUsage(usage);
    }
    return { usage: counts };
  },
  tools: async (model) => {
    const tools = [{ type: 'function', function: definition }];
    const ask = (said) =>
      new OpenAI().chat.completions.create({ model, tools, messages: [...messages, ...said] });
    const { message } = (await ask([])).choices[0];
    const [call] = message.tool_calls;
    const result = { role: 'tool', tool_call_id: call.id, content: TOOL_RESULT };
    const answer = await ask([message, result]);
    const toolInput = JSON.parse(call.function.arguments);
    return { toolInput, text: answer.choices[0].message.content };
  },
};
const chatUsage = ({ prompt_tokens, completion_tokens }) => ({
  input: prompt_tokens,
  output: completion_tokens,
});

const responses = {
  plain: async (model) => {
    const answer = await new OpenAI().responses.create({ model, input: PROMPT });
    return { text: answer.output_text, usage: responseUsage(answer.usage) };
  },
  streamed: async (model, pieces) => {
    const stream = new OpenAI().responses.stream({ model, input: PROMPT });
    stream.on('response.output_text.delta', ({ delta }) => pieces.push(delta));
    const { status, error, usage } = await stream.finalResponse();
    if (status === 'failed') throw new Error(error.message);
    return { usage: responseUsage(usage) };
  },
  tools: async (model) => {
    const tools = [{ type: 'function', ...definition }];
    const ask = (input) => new OpenAI().responses.create({ model, tools, input });
    const { output } = await ask(messages);
    const call = output.find(({ type }) => type === 'function_call');
    const { call_id } = call;
    const result = { type: 'function_call_output', call_id, output: TOOL_RESULT };
    const answer = await ask([...messages, ...output, result]);
    return { toolInput: JSON.parse(call.arguments), text: answer.output_text };
  },
};
const responseUsage = ({ input_tokens, output_tokens }) => ({
  input: input_tokens,
  output: output_tokens,
});

await serve({ chat, responses }[process.argv[2]]);
