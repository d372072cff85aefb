/** A request of a model API as the proxy hands it to the core. */
import type { Clock } from '../../core/time.ts';

let requests = 0;

export const relayedRequest = <Over extends object>(clock: Clock, over: Over) => ({
  requestId: `relayed-${++requests}`,
  receivedAt: clock.now(),
  deadline: clock.now() + 60_000,
  modelName: 'haiku',
  body: {
    messages: [{ role: 'user', content: [{ text: 'Hi' }] }],
    inferenceConfig: { maxTokens: 100 },
  },
  headers: {},
  key: { costCenter: 'retail', application: 'faq', environment: 'production' },
  path: {},
  header: {},
  ...over,
});
