/** Steps of the ledger's tests on a running sandbox, and sums over its responses. */
import type { Json, RunningSandbox } from './run-sandbox.ts';

/** The figures of one limit in its current window. */
export async function limitOf(
  sandbox: RunningSandbox,
  name: string,
  costCenter = 'retail',
): Promise<Json> {
  const { body } = await sandbox.get(`/v1/usage?costCenter=${costCenter}`);
  const found = body.costCenters[0].limits.find((limit: Json) => limit.name === name);
  if (!found) throw new Error(`there is no limit ${name}: ${JSON.stringify(body)}`);
  return found;
}

/** Moves the sandbox's time and returns it. */
export const moveClock = (sandbox: RunningSandbox, now: string | null): Promise<Json> =>
  sandbox.post('/_sandbox/clock', { now });

/** Lets every lease end and the sweep settle what is left. */
export async function sweepAfterLeases(sandbox: RunningSandbox, at: string): Promise<Json> {
  await moveClock(sandbox, at);
  const { status, body } = await sandbox.post('/_sandbox/sweep', {});
  if (status !== 200) throw new Error(`the sweep failed: ${JSON.stringify(body)}`);
  return body;
}

/** Answers by status. */
export function statuses(answers: readonly { readonly status: number }[]): Json {
  const counts: Record<number, number> = {};
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

/** Costs of the calls as their responses state them, in nano-USD. */
export const charged = (answers: readonly { readonly body: Json }[]): number =>
  answers.reduce((sum, { body }) => sum + (body.cost?.nanoUsd ?? 0), 0);
