/** Where a command finds the ledger: a DynamoDB table, or the URL of a sandbox. */
import type { InputProblem } from '../../core/input-problem.ts';
import type { Io } from '../terminal/io.ts';

export interface TargetFlags {
  readonly table?: string;
  readonly url?: string;
}

export const TABLE_VARIABLE = 'COST_SENTRY_TABLE';
export const URL_VARIABLE = 'COST_SENTRY_URL';

type Target =
  | { readonly table: string }
  | { readonly url: string }
  | { readonly problem: InputProblem };

/** The flag that is given, or else the variable that is set. */
export function ledgerTarget(flags: TargetFlags, io: Io): Target {
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
