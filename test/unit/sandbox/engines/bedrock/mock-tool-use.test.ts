import { expect, test } from '@jest/globals';
import { toolUseOf } from '../../../../../sandbox/engines/bedrock/mock-tool-use.ts';

const TOOL = { name: 'weather', input: { city: 'Paris' } };
const asked = { role: 'user', content: 'How is the weather?' };

test.each([
  ['Converse', { toolConfig: { tools: [{ toolSpec: { name: 'weather' } }] } }],
  ['Anthropic', { tools: [{ name: 'weather' }] }],
  ['OpenAI', { tools: [{ type: 'function', function: { name: 'weather' } }] }],
])('a tool that a request of %s offers is used', (_protocol, offered) => {
  expect(toolUseOf({ ...offered, messages: [asked] }, TOOL)).toMatchObject(TOOL);
});

test.each([
  ['not offered', { tools: [{ name: 'other' }], messages: [asked] }],
  [
    'answered, in Converse',
    {
      toolConfig: { tools: [{ toolSpec: { name: 'weather' } }] },
      messages: [asked, { role: 'user', content: [{ toolResult: {} }] }],
    },
  ],
  [
    'answered, in Messages',
    {
      tools: [{ name: 'weather' }],
      messages: [asked, { role: 'user', content: [{ type: 'tool_result' }] }],
    },
  ],
])('a tool that is %s is not', (_why, body) => {
  expect(toolUseOf(body, TOOL)).toBeUndefined();
});
