/** The AI SDK with its provider for Bedrock. */
import { load, PROMPT, serve, TOOL, TOOL_RESULT } from './scenarios.mjs';

const [{ generateText, streamText, tool, jsonSchema, stepCountIs }, { createAmazonBedrock }] =
  await Promise.all([load('ai'), load('@ai-sdk/amazon-bedrock')]);

/** Made again for each scenario, as it reads the key once. */
const modelOf = (model) => createAmazonBedrock()(model);
const usageOf = ({ inputTokens, outputTokens }) => ({ input: inputTokens, output: outputTokens });

await serve({
  plain: async (model) => {
    const { text, usage } = await generateText({ model: modelOf(model), prompt: PROMPT });
    return { text, usage: usageOf(usage) };
  },
  streamed: async (model, pieces) => {
    let failed;
    const onError = ({ error }) => {
      failed = error;
    };
    const { textStream, usage } = streamText({ model: modelOf(model), prompt: PROMPT, onError });
    for await (const piece of textStream) pieces.push(piece);
    if (failed) throw failed;
    return { usage: usageOf(await usage) };
  },
  tools: async (model) => {
    let toolInput;
    const { text } = await generateText({
      model: modelOf(model),
      prompt: PROMPT,
      stopWhen: stepCountIs(2),
      tools: {
        [TOOL.name]: tool({
          description: TOOL.description,
          inputSchema: jsonSchema(TOOL.schema),
          execute: async (input) => {
            toolInput = input;
            return TOOL_RESULT;
          },
        }),
      },
    });
    return { toolInput, text };
  },
});
