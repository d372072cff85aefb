/** Selects the ledger of a command: a DynamoDB table, or the URL of an API or a sandbox. */
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

/** The flag, or else the environment variable. */
export function ledgerTarget(flags: TargetFlags, io: Io): Target {
  const isFlagged = flags.table !== undefined || flags.url !== undefined;
  const table = isFlagged ? flags.table : io.env[TABLE_VARIABLE] || undefined;
  const url = isFlagged ? flags.url : io.env[URL_VARIABLE] || undefined;
  if (table !== undefined && url !== undefined) {
    const [path, other] = isFlagged ? ['url', '--table'] : [URL_VARIABLE, TABLE_VARIABLE];
    return { problem: { path, message: `conflicts with ${other}: use one of them` } };
  }
  if (url !== undefined) return { url };
  if (table) return { table };
  const message =
    `is required (or ${TABLE_VARIABLE}): the ledger table, from Terraform output ` +
    `ledger_table_name. Or set --url (or ${URL_VARIABLE})`;
  return { problem: { path: 'table', message } };
}
