/** Usage as a table that fits its terminal. */
import { formatUsd } from '../../functions/core/money.ts';
import { limitReference } from '../../functions/core/policy/limit-overview.ts';
import type { Owner, Unit } from '../../functions/core/policy/policy.ts';
import type { UsageReport } from '../../functions/core/usage-report.schema.ts';
import { columns, widthOf } from '../columns.ts';

type UsedLimit = UsageReport['costCenters'][number]['limits'][number];

interface Row {
  readonly reference: string;
  readonly limit: UsedLimit;
}

/** What may be drawn. */
interface Drawing {
  /** Absent: as wide as it is. */
  readonly width?: number;
  readonly colors: boolean;
  /** Blocks instead of plain characters. */
  readonly blocks: boolean;
}

const COLUMNS = [
  ...(['name', 'window', 'used', 'reserved', 'left', 'limit', 'bar'] as const),
  ...(['projected', 'reachedAt', 'resetsAt'] as const),
];
type Column = (typeof COLUMNS)[number];

const TITLES: Readonly<Record<Column, string>> = {
  name: 'LIMIT',
  window: 'WINDOW',
  used: 'USED',
  reserved: 'RESERVED',
  left: 'LEFT',
  limit: 'OF',
  bar: 'USE',
  projected: 'PROJECTED',
  reachedAt: 'REACHED',
  resetsAt: 'RESETS',
};

/** The first to go where the terminal is narrow; the others stay. */
const DROPPED: readonly Column[] = ['reserved', 'resetsAt', 'window', 'left', 'projected', 'limit'];
const RIGHT: ReadonlySet<Column> = new Set(['used', 'reserved', 'left', 'limit', 'projected']);
const BAR_LENGTH = { wide: 20, narrow: 10 } as const;
const WIDE_FROM = 120;

export function usageTable(report: UsageReport, drawing: Drawing): string {
  const rows = rowsOf(report);
  if (rows.length === 0) return 'there are no limits\n';
  const { width = Number.POSITIVE_INFINITY } = drawing;
  const cells = rows.map((row) => cellsOf(row, report.asOf, drawing));
  let shown: readonly Column[] = COLUMNS;
  for (const dropped of [undefined, ...DROPPED]) {
    shown = shown.filter((column) => column !== dropped);
    const table = drawn(shown, cells);
    if (widthOfTable(table) <= width) return table;
  }
  return drawn(shown, cells)
    .split('\n')
    .map((line) => (widthOf(line) > width ? cut(line, width) : line))
    .join('\n');
}

type Cells = Readonly<Record<Column, string>>;

const drawn = (shown: readonly Column[], cells: readonly Cells[]): string =>
  columns(
    [shown.map((column) => TITLES[column]), ...cells.map((each) => shown.map((c) => each[c]))],
    new Set(shown.flatMap((column, i) => (RIGHT.has(column) ? [i] : []))),
  );

const widthOfTable = (table: string): number => Math.max(...table.split('\n').map(widthOf));

/** Without colors: a control sequence must not be cut in two. */
const cut = (line: string, width: number): string =>
  `${stripped(line).slice(0, Math.max(0, width - 1))}…`;

const stripped = (text: string): string => text.replace(new RegExp(`${ESCAPE}\\[\\d+m`, 'g'), '');

function rowsOf({ costCenters, models = [], organization }: UsageReport): readonly Row[] {
  const of = (kind: Owner['kind'], owners: UsageReport['costCenters']) =>
    owners.flatMap(({ name, limits }) =>
      limits.map((limit) => {
        const owner = { kind, name };
        return { reference: limitReference({ owner, name: limit.name }), limit };
      }),
    );
  return [
    ...of('costCenter', costCenters),
    ...of('model', models),
    ...of('organization', organization ? [organization] : []),
  ];
}

/** Whether nothing of it is left: then calls are denied, or would be if it did not only observe. */
const isExhausted = ({ remaining }: Pick<UsedLimit, 'remaining'>): boolean => remaining === 0;

export const exhaustedLimits = (report: UsageReport): readonly string[] =>
  rowsOf(report).flatMap(({ reference, limit }) => (isExhausted(limit) ? [reference] : []));

function cellsOf({ reference, limit }: Row, asOf: string, drawing: Drawing): Cells {
  const { unit, forecast, mode } = limit;
  const projected = forecast?.projected ?? limit.projected;
  return {
    name: mode === 'observe' ? `${reference} (observed)` : reference,
    window: limit.window,
    used: inShort(unit, limit.used),
    reserved: inShort(unit, limit.reserved),
    left: inShort(unit, limit.remaining),
    limit: `${inShort(unit, limit.limit)} ${unit.replace('_', ' ')}`,
    bar: bar(limit, drawing),
    projected: inShort(unit, projected),
    reachedAt: isExhausted(limit)
      ? colored('now', RED, drawing)
      : reachedIn(forecast?.reachedAt, asOf, drawing),
    resetsAt: moment(limit.resetsAt, asOf),
  };
}

const ESCAPE = '\u001b';
const [RED, YELLOW, GREEN] = [31, 33, 32];
const WARN_PERCENT = 80;

const colored = (text: string, color: number, { colors }: Drawing): string =>
  colors ? `${ESCAPE}[${color}m${text}${ESCAPE}[0m` : text;

function bar({ utilization, forecast, remaining }: UsedLimit, drawing: Drawing): string {
  const isWide = (drawing.width ?? 0) >= WIDE_FROM;
  const length = isWide ? BAR_LENGTH.wide : BAR_LENGTH.narrow;
  const filled = Math.min(length, Math.floor((Math.max(0, utilization) * length) / 100));
  const [full, empty] = drawing.blocks ? ['█', '░'] : ['#', '.'];
  const isWarned = utilization >= WARN_PERCENT || forecast?.burn !== undefined;
  const color = remaining === 0 ? RED : isWarned ? YELLOW : GREEN;
  const drawnBar = colored(full.repeat(filled) + empty.repeat(length - filled), color, drawing);
  return `${drawnBar} ${String(utilization).padStart(3)} %`;
}

function reachedIn(reachedAt: string | undefined, asOf: string, drawing: Drawing): string {
  if (reachedAt === undefined) return '';
  const minutes = Math.max(0, Math.round((Date.parse(reachedAt) - Date.parse(asOf)) / 60_000));
  const days = Math.floor(minutes / 1440);
  const hours = Math.floor(minutes / 60);
  const span = days >= 2 ? `${days} d` : hours >= 2 ? `${hours} h` : `${minutes} min`;
  return colored(`in ${span}, ${moment(reachedAt, asOf)}`, YELLOW, drawing);
}

/** UTC; the day only where it is another. */
function moment(iso: string, asOf: string): string {
  const [day = '', time = ''] = [iso.slice(0, 10), iso.slice(11, 16)];
  if (day === asOf.slice(0, 10)) return `${time}Z`;
  return time === '00:00' ? day : `${day} ${time}Z`;
}

const DIGIT = 1_000_000_000;

/** USD as cents, where it is one at least; rounded down. */
function inShort(unit: Unit, amount: number): string {
  if (unit !== 'usd') return String(amount);
  if (Math.abs(amount) < DIGIT / 100) return formatUsd(amount);
  return formatUsd((BigInt(amount) / 10_000_000n) * 10_000_000n);
}
