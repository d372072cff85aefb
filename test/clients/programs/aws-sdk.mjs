/** The AWS SDK for JavaScript, which speaks HTTP/2 to Bedrock. */
import { load, PROMPT, serve, TOOL, TOOL_RESULT } from './scenarios.mjs';

const { BedrockRuntimeClient, ConverseCommand, ConverseStreamCommand } = await load(
  '@aws-sdk/client-bedrock-runtime',
);

const messages = [{ role: 'user', content: [{ text: PROMPT }] }];
const usageOf = ({ inputTokens, outputTokens }) => ({ input: inputTokens, output: outputTokens });

await serve({
  plain: async (modelId) => {
    const { output, usage } = await new BedrockRuntimeClient().send(
      new ConverseCommand({ modelId, messages }),
    );
    return { text: output.message.content[0].text, usage: usageOf(usage) };
  },
  streamed: async (modelId, pieces) => {
    const client = new BedrockRuntimeClient();
    const { stream } = await client.send(new ConverseStreamCommand({ modelId, messages }));
    let usage;
    for await (const event of stream) {
      if (event.contentBlockDelta) pieces.push(event.contentBlockDelta.delta.text);
      if (event.metadata) usage = usageOf(event.metadata.usage);
    }
    return { usage };
  },
  tools: async (modelId) => {
    const client = new BedrockRuntimeClient();
    const { name, description, schema } = TOOL;
    const toolSpec = { name, description, inputSchema: { json: schema } };
    const converse = (input) =>
      client.send(
        new ConverseCommand({ modelId, toolConfig: { tools: [{ toolSpec }] }, ...input }),
      );
    const { message } = (await converse({ messages })).output;
    const { toolUse } = message.content.find((block) => block.toolUse);
    const { toolUseId, input } = toolUse;
    const toolResult = { toolUseId, content: [{ text: TOOL_RESULT }] };
    const result = { role: 'user', content: [{ toolResult }] };
    const { output } = await converse({ messages: [...messages, message, result] });
    return { toolInput: input, text: output.message.content[0].text };
  },
});
