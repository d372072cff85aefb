/** Usage as a table that fits its terminal. */
import { stripVTControlCharacters } from 'node:util';
import type { UsageReport } from '../../core/insight/usage/usage-report.schema.ts';
import { formatUsd } from '../../core/money.ts';
import { limitReference } from '../../core/policy/limit-overview.ts';
import type { Owner, Unit } from '../../core/policy/policy.ts';
import { displayWidth, formatTable } from '../terminal/table.ts';

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

/** The first to go where the terminal is narrow. */
const DROPPED: readonly Column[] = ['reserved', 'resetsAt', 'window', 'left', 'projected', 'limit'];
/** These go only where shorter names are not enough. */
const DROPPED_LAST: readonly Column[] = ['used', 'reachedAt'];
const RIGHT: ReadonlySet<Column> = new Set(['used', 'reserved', 'left', 'limit', 'projected']);
const BAR_LENGTH = { wide: 20, narrow: 10 } as const;
const NAME_MIN = 12;

export function usageTable(report: UsageReport, drawing: Drawing): string {
  const rows = rowsOf(report);
  if (rows.length === 0) return 'there are no limits\n';
  const { width } = drawing;
  const narrow = cellsOfAll(rows, report.asOf, { ...drawing, barLength: BAR_LENGTH.narrow });
  if (width === undefined) return drawn(COLUMNS, narrow);
  const wide = cellsOfAll(rows, report.asOf, { ...drawing, barLength: BAR_LENGTH.wide });
  const first = drawn(COLUMNS, wide);
  return widthOfTable(first) <= width ? first : fitted(narrow, width);
}

function fitted(cells: readonly Cells[], width: number): string {
  let shown: readonly Column[] = COLUMNS;
  for (const dropped of [undefined, ...DROPPED]) {
    shown = shown.filter((column) => column !== dropped);
    const table = drawn(shown, cells);
    if (widthOfTable(table) <= width) return table;
  }
  for (const dropped of [undefined, ...DROPPED_LAST]) {
    shown = shown.filter((column) => column !== dropped);
    const table = shortened(shown, cells, width);
    if (table !== undefined) return table;
  }
  return drawn(shown, cells)
    .split('\n')
    .map((line) => cut(line, width))
    .join('\n');
}

/** With names that leave room for the rest; undefined where too little of them would be left. */
function shortened(
  shown: readonly Column[],
  cells: readonly Cells[],
  width: number,
): string | undefined {
  const longest = Math.max(...cells.map(({ name }) => name.length));
  const room = longest - (widthOfTable(drawn(shown, cells)) - width);
  if (room < Math.min(NAME_MIN, longest)) return undefined;
  return drawn(
    shown,
    cells.map((each) => ({ ...each, name: cut(each.name, room) })),
  );
}

type Cells = Readonly<Record<Column, string>>;

const drawn = (shown: readonly Column[], cells: readonly Cells[]): string =>
  formatTable(
    [shown.map((column) => TITLES[column]), ...cells.map((each) => shown.map((c) => each[c]))],
    new Set(shown.flatMap((column, i) => (RIGHT.has(column) ? [i] : []))),
  );

const widthOfTable = (table: string): number => Math.max(...table.split('\n').map(displayWidth));

/** Without colors: a control sequence must not be cut in two. */
const cut = (text: string, width: number): string =>
  displayWidth(text) <= width
    ? text
    : `${stripVTControlCharacters(text).slice(0, Math.max(0, width - 1))}…`;

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

type BarDrawing = Drawing & { readonly barLength: number };

const cellsOfAll = (rows: readonly Row[], asOf: string, drawing: BarDrawing): readonly Cells[] =>
  rows.map((row) => cellsOf(row, asOf, drawing));

function cellsOf({ reference, limit }: Row, asOf: string, drawing: BarDrawing): Cells {
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

function bar({ utilization, forecast, remaining }: UsedLimit, drawing: BarDrawing): string {
  const { barLength: length } = drawing;
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
