/** Where limits are read and changed: a ledger table, or a sandbox. */

import type { LimitsReport } from '../../core/insight/usage/limits-report.schema.ts';
import type { OverrideRequest } from '../../core/policy/plan-override.ts';
import type { InputProblem } from '../../core/policy/policy.ts';
import type { Io } from '../terminal/io.ts';
import { sandboxLimits } from './sandbox-limits.ts';
import { tableLimits } from './table-limits.ts';

/** Methods throw a SentryError when what they reach for does not answer. */
export interface LimitsSource {
  report(): Promise<LimitsReport>;
  /** Checks and stores a change; what is wrong with it is returned, and nothing stored. */
  change(change: OverrideRequest): Promise<readonly InputProblem[]>;
  close(): void;
}

export interface TargetFlags {
  readonly table?: string;
  readonly url?: string;
}

export const TABLE_VARIABLE = 'COST_SENTRY_TABLE';
export const URL_VARIABLE = 'COST_SENTRY_URL';

type Place =
  | { readonly table: string }
  | { readonly url: string }
  | { readonly problem: InputProblem };

/** The flag that is given, or else the variable that is set. */
export function ledgerTarget(flags: TargetFlags, io: Io): Place {
  const isFlagged = flags.table !== undefined || flags.url !== undefined;
  const table = isFlagged ? flags.table : io.env[TABLE_VARIABLE] || undefined;
  const url = isFlagged ? flags.url : io.env[URL_VARIABLE] || undefined;
  if (table !== undefined && url !== undefined) {
    const path = isFlagged ? 'url' : URL_VARIABLE;
    return { problem: { path, message: `give a table or a URL, not both` } };
  }
  if (url !== undefined) return { url };
  if (table) return { table };
  const message = `must be given (or ${TABLE_VARIABLE}): the ledger's table, which Terraform's output ledger_table_name names; or --url (or ${URL_VARIABLE})`;
  return { problem: { path: 'table', message } };
}

export function limitsSource(
  flags: TargetFlags,
  io: Io,
): { readonly source: LimitsSource } | { readonly problem: InputProblem } {
  const place = ledgerTarget(flags, io);
  if ('problem' in place) return place;
  return 'url' in place ? sandboxLimits(place.url) : { source: tableLimits(place.table, io) };
}
