/** The audit log of a deployment. */
import type { Facade } from './facade.ts';
import { listAt, textAt } from './members.ts';

/** The lines of one request. */
export async function auditLines(
  facade: Facade,
  logGroupName: string,
  requestId: string,
): Promise<readonly string[]> {
  const target = 'Logs_20140328.FilterLogEvents';
  const { body } = await facade.moto.json('logs', target, { logGroupName });
  const lines = listAt(body, 'events').map((event) => textAt(event, 'message'));
  return lines.filter((line) => line.includes(requestId) && /"kind":"audit"/.test(line));
}
