/** The limits as a table for people. */

import type { LimitsReport, ReportedLimit } from '../../core/insight/usage/limits-report.schema.ts';
import { amountText } from '../../core/policy/plan-override.ts';
import { printable } from '../../core/safe-text.ts';
import { formatTable } from '../terminal/table.ts';

const TITLES = ['LIMIT', 'WINDOW', 'UNIT', 'CONFIGURED', 'CURRENT', 'USED', 'RESERVED', 'OVERRIDE'];
/** Amounts, right-aligned. */
const RIGHT = new Set([3, 4, 5, 6]);
const WORDS_MAX = 60;

export function limitsTable({ limits }: Pick<LimitsReport, 'limits'>): string {
  return formatTable([TITLES, ...limits.flatMap(rowsOf)], RIGHT);
}

const rowsOf = (limit: ReportedLimit): readonly (readonly string[])[] => [
  rowOf(limit),
  ...amountRows(limit, 'group', limit.groups),
  ...amountRows(limit, 'user', limit.users),
];

/** Configured amounts of groups and users, below those of everyone. */
const amountRows = (
  { unit }: ReportedLimit,
  kind: string,
  amounts: ReportedLimit['groups'] = {},
): readonly (readonly string[])[] =>
  Object.entries(amounts).map(([name, amount]) => [
    `  ${kind} ${printable(name, WORDS_MAX)}`,
    ...['', '', amountText(unit, amount), '', '', '', ''],
  ]);

function rowOf(limit: ReportedLimit): readonly string[] {
  const { unit, configured, inForce, used, reserved, mode } = limit;
  const { per } = limit;
  const marks = [
    ...(mode === 'observe' ? ['observed'] : []),
    ...(per === undefined ? [] : [limit[per] ?? `each ${per}`]),
    ...(limit.isOfGroups === true ? ['smallest amount of groups'] : []),
  ];
  const name = marks.length > 0 ? `${limit.limit} (${marks.join(', ')})` : limit.limit;
  const amounts = [configured, inForce].map((each) => amountText(unit, each));
  // A limit of one request has no counter, and one of each user has no single one.
  const hasCounter = limit.window !== 'request' && (per === undefined || limit[per] !== undefined);
  const counted = [used, reserved].map((each) => (hasCounter ? amountText(unit, each) : '-'));
  return [name, limit.window, unit, ...amounts, ...counted, overrideText(limit)];
}

function overrideText({ override }: ReportedLimit): string {
  if (!override) return '';
  const [author, reason] = [override.author, override.reason].map((each) =>
    printable(each, WORDS_MAX),
  );
  const until = override.until === null ? 'without an end' : `until ${override.until}`;
  return `${until} by ${author}: ${reason}`;
}
