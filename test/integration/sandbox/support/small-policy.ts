/** The smallest policy that shows every state of a limit, a request that it allows, and its usage. */
import { type Json, pathOf, type RunningSandbox } from './run-sandbox.ts';

/** A small policy: three requests a month, one dollar, and nothing else. */
export const SMALL = pathOf('test/integration/sandbox/support/small.tfvars');

/** A request that the small policy allows; `over` replaces members. */
export const smallRequest = (over: Record<string, unknown> = {}): Record<string, unknown> => ({
  model: 'haiku',
  prompt: {
    messages: [
      { role: 'system', content: 'Be short.' },
      { role: 'user', content: 'Hi' },
    ],
    parameters: { max_tokens: 50 },
  },
  tags: { applicationId: 'faq', costCenter: 'retail', environment: 'production' },
  ...over,
});

/** Usage of the limits of a cost center: `name: used/reserved`. */
export async function statusOf(sandbox: RunningSandbox, costCenter = 'retail'): Promise<Json> {
  const { body } = await sandbox.get(`/v1/usage?costCenter=${costCenter}`);
  return Object.fromEntries(
    body.costCenters[0].limits.map((limit: Json) => [
      limit.name,
      `${limit.used}/${limit.reserved}`,
    ]),
  );
}
