/** Conversations as a request holds them. */
import type { InvokeRequest } from '../../core/call/request/request.schema.ts';

export type RequestPrompt = InvokeRequest['prompt'];
export type Message = RequestPrompt['messages'][number];

export const user = (...content: Exclude<Message['content'], string>): Message => ({
  role: 'user',
  content,
});
export const hi: Message = { role: 'user', content: 'Hi' };

export const weather = {
  toolSpec: { name: 'weather', inputSchema: { json: { type: 'object' } } },
};
export const toolUse = (toolUseId = 'use-1') => ({
  toolUse: { toolUseId, name: 'weather', input: {} },
});
export const toolResult = (toolUseId = 'use-1') => ({
  toolResult: { toolUseId, content: [{ text: 'Rain' }] },
});
export const conversation: RequestPrompt = {
  toolConfig: { tools: [weather] },
  messages: [hi, { role: 'assistant', content: [toolUse()] }, user(toolResult())],
};
