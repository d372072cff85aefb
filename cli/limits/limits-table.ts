/** The limits as a table for people. */
import { printable } from '../../functions/core/describe.ts';
import { writtenAmount } from '../../functions/core/policy/limit-change.ts';
import type {
  LimitsReport,
  ReportedLimit,
} from '../../functions/core/policy/limits-report.schema.ts';
import { columns } from '../columns.ts';

const TITLES = [
  'LIMIT',
  'WINDOW',
  'UNIT',
  'CONFIGURED',
  'IN FORCE',
  'USED',
  'RESERVED',
  'OVERRIDE',
];
/** Amounts: their ends stand under each other. */
const RIGHT = new Set([3, 4, 5, 6]);
const WORDS_MAX = 60;

export function limitsTable({ limits }: Pick<LimitsReport, 'limits'>): string {
  return columns([TITLES, ...limits.map(rowOf)], RIGHT);
}

function rowOf(limit: ReportedLimit): readonly string[] {
  const { unit, configured, inForce, used, reserved, mode } = limit;
  const name = mode === 'observe' ? `${limit.limit} (observed)` : limit.limit;
  const amounts = [configured, inForce, used, reserved].map((each) => writtenAmount(unit, each));
  return [name, limit.window, unit, ...amounts, overrideWords(limit)];
}

function overrideWords({ override }: ReportedLimit): string {
  if (!override) return '';
  const [author, reason] = [override.author, override.reason].map((each) =>
    printable(each, WORDS_MAX),
  );
  return `until ${override.until} by ${author}: ${reason}`;
}
