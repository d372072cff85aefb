/** Formats usage as a table that fits the terminal. */
import { stripVTControlCharacters } from 'node:util';
import type { UsageReport } from '../../core/insight/usage/usage-report.schema.ts';
import { formatUsd } from '../../core/money.ts';
import { limitReference } from '../../core/policy/limit-overview.ts';
import type { Owner } from '../../core/policy/policy.ts';
import { displayWidth, formatTable } from '../terminal/table.ts';

type UsedLimit = UsageReport['costCenters'][number]['limits'][number];

interface Row {
  readonly reference: string;
  readonly limit: UsedLimit;
}

/** How the table is rendered. */
interface TableStyle {
  /** Absent: unlimited. */
  readonly width?: number;
  readonly colors: boolean;
  /** Block characters instead of ASCII. */
  readonly blocks: boolean;
}

const COLUMNS = [
  ...(['name', 'window', 'used', 'reserved', 'left', 'limit', 'bar'] as const),
  ...(['projected', 'reachedAt', 'resetsAt'] as const),
];
type Column = (typeof COLUMNS)[number];

const TITLES: Readonly<Record<Column, string>> = {
  name: 'NAME',
  window: 'WINDOW',
  used: 'USED',
  reserved: 'RESERVED',
  left: 'LEFT',
  limit: 'LIMIT',
  bar: 'USAGE',
  projected: 'PROJECTED',
  reachedAt: 'REACHED AT',
  resetsAt: 'RESETS',
};

/** Dropped first when the terminal is narrow. */
const DROPPED_FIRST: readonly Column[] = [
  'reserved',
  'resetsAt',
  'window',
  'left',
  'projected',
  'limit',
];
/** Dropped only when shorter names are not enough. */
const DROPPED_LAST: readonly Column[] = ['used', 'reachedAt'];
const RIGHT: ReadonlySet<Column> = new Set(['used', 'reserved', 'left', 'limit', 'projected']);
const BAR_LENGTH = { wide: 20, narrow: 10 } as const;
const NAME_MIN = 12;

export function usageTable(report: UsageReport, style: TableStyle): string {
  const rows = rowsOf(report);
  const others = ofHolders(report);
  if (rows.length === 0) return others || 'No limits are configured.\n';
  return `${tableOf(rows, report, style)}${others}`;
}

/** Limits that the table does not show: each user, key or session has a counter of them. */
function ofHolders({ hasPer = [], own }: UsageReport): string {
  if (hasPer.length === 0 || own) return '';
  const flags = hasPer.map((per) => `--per ${per}`).join(', ');
  return `Limits of each ${hasPer.join(', ')}: ${flags}\n`;
}

function tableOf(rows: readonly Row[], report: UsageReport, style: TableStyle): string {
  const { width } = style;
  const narrow = cellsOfAll(rows, report.asOf, { ...style, barLength: BAR_LENGTH.narrow });
  if (width === undefined) return render(COLUMNS, narrow);
  const wide = cellsOfAll(rows, report.asOf, { ...style, barLength: BAR_LENGTH.wide });
  const first = render(COLUMNS, wide);
  return widthOfTable(first) <= width ? first : fitted(narrow, width);
}

function fitted(cells: readonly Cells[], width: number): string {
  let shown: readonly Column[] = COLUMNS;
  for (const dropped of [undefined, ...DROPPED_FIRST]) {
    shown = shown.filter((column) => column !== dropped);
    const table = render(shown, cells);
    if (widthOfTable(table) <= width) return table;
  }
  for (const dropped of [undefined, ...DROPPED_LAST]) {
    shown = shown.filter((column) => column !== dropped);
    const table = shortened(shown, cells, width);
    if (table !== undefined) return table;
  }
  return render(shown, cells)
    .split('\n')
    .map((line) => cut(line, width))
    .join('\n');
}

/** Names shortened so that the other columns fit; undefined if too little of a name would remain. */
function shortened(
  shown: readonly Column[],
  cells: readonly Cells[],
  width: number,
): string | undefined {
  const longest = Math.max(...cells.map(({ name }) => name.length));
  const room = longest - (widthOfTable(render(shown, cells)) - width);
  if (room < Math.min(NAME_MIN, longest)) return undefined;
  return render(
    shown,
    cells.map((each) => ({ ...each, name: cut(each.name, room) })),
  );
}

type Cells = Readonly<Record<Column, string>>;

const render = (shown: readonly Column[], cells: readonly Cells[]): string =>
  formatTable(
    [shown.map((column) => TITLES[column]), ...cells.map((each) => shown.map((c) => each[c]))],
    new Set(shown.flatMap((column, i) => (RIGHT.has(column) ? [i] : []))),
  );

const widthOfTable = (table: string): number => Math.max(...table.split('\n').map(displayWidth));

/** Without colors, so that no control sequence is split. */
const cut = (text: string, width: number): string =>
  displayWidth(text) <= width
    ? text
    : `${stripVTControlCharacters(text).slice(0, Math.max(0, width - 1))}…`;

function rowsOf({ costCenters, models = [], organization, own = [] }: UsageReport): readonly Row[] {
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
    ...of('costCenter', own.map(holderAsOwner)),
  ];
}

/** Each user, key or session as an owner of limits. */
export const holderAsOwner = <Limits>({
  costCenter = 'organization',
  name,
  limits,
}: {
  readonly costCenter?: string | undefined;
  readonly name: string;
  readonly limits: Limits;
}) => ({ name: `${costCenter}/${name}`, limits });

/** Whether nothing remains: calls are denied, unless the limit only observes. */
const isExhausted = ({ remaining }: Pick<UsedLimit, 'remaining'>): boolean => remaining === 0;

export const exhaustedLimits = (report: UsageReport): readonly string[] =>
  rowsOf(report).flatMap(({ reference, limit }) => (isExhausted(limit) ? [reference] : []));

type BarStyle = TableStyle & { readonly barLength: number };

const cellsOfAll = (rows: readonly Row[], asOf: string, style: BarStyle): readonly Cells[] =>
  rows.map((row) => cellsOf(row, asOf, style));

function cellsOf({ reference, limit }: Row, asOf: string, style: BarStyle): Cells {
  const { unit, forecast } = limit;
  const projected = forecast?.projected ?? limit.projected;
  const amounts = amountsOf(limit, projected);
  return {
    ...amounts,
    name: nameOf(reference, limit),
    window: limit.window,
    limit: `${amounts.limit} ${unit === 'usd' ? 'USD' : unit.replace('_', ' ')}`,
    bar: bar(limit, style),
    ...(limit.window === 'request' && NO_COUNTER),
    reachedAt: isExhausted(limit)
      ? colored('now', RED, style)
      : reachedIn(forecast?.reachedAt, asOf, style),
    resetsAt:
      limit.window === 'request'
        ? '-'
        : limit.resetsAt === null
          ? 'never'
          : moment(limit.resetsAt, asOf),
  };
}

/** A limit of one request counts nothing. */
const NO_COUNTER = { used: '-', reserved: '-', left: '-', bar: '-', projected: '-' } as const;

/** Marks limits that only observe, and amounts that an override changed. */
function nameOf(reference: string, { mode, override, dependsOn }: UsedLimit): string {
  const marks = [
    ...(mode === 'observe' ? ['observed'] : []),
    ...(override === undefined ? [] : ['override']),
    ...(dependsOn === undefined ? [] : ['smallest amount of groups']),
  ];
  return marks.length > 0 ? `${reference} (${marks.join(', ')})` : reference;
}

const ESCAPE = '\u001b';
const [RED, YELLOW, GREEN] = [31, 33, 32];
const WARN_PERCENT = 80;

const colored = (text: string, color: number, { colors }: TableStyle): string =>
  colors ? `${ESCAPE}[${color}m${text}${ESCAPE}[0m` : text;

function bar({ utilization, forecast, remaining }: UsedLimit, style: BarStyle): string {
  const { barLength: length } = style;
  const filled = Math.min(length, Math.floor((Math.max(0, utilization) * length) / 100));
  const [full, empty] = style.blocks ? ['█', '░'] : ['#', '.'];
  const isWarned = utilization >= WARN_PERCENT || forecast?.burn !== undefined;
  const color = remaining === 0 ? RED : isWarned ? YELLOW : GREEN;
  const renderedBar = colored(full.repeat(filled) + empty.repeat(length - filled), color, style);
  return `${renderedBar} ${String(utilization).padStart(3)} %`;
}

function reachedIn(reachedAt: string | undefined, asOf: string, style: TableStyle): string {
  if (reachedAt === undefined) return '';
  const minutes = Math.max(0, Math.round((Date.parse(reachedAt) - Date.parse(asOf)) / 60_000));
  const days = Math.floor(minutes / 1440);
  const hours = Math.floor(minutes / 60);
  const span = days >= 2 ? `${days} d` : hours >= 2 ? `${hours} h` : `${minutes} min`;
  return colored(`in ${span}, ${moment(reachedAt, asOf)}`, YELLOW, style);
}

/** UTC; with the date if it is not today. */
function moment(iso: string, asOf: string): string {
  const [day = '', time = ''] = [iso.slice(0, 10), iso.slice(11, 16)];
  if (day === asOf.slice(0, 10)) return `${time}Z`;
  return time === '00:00' ? day : `${day} ${time}Z`;
}

const CENT_DECIMALS = 2;
const NANO_DECIMALS = 9;

/** The amount, rounded half up to this many decimals of a USD. */
function roundedUsd(amount: number, decimals: number): bigint {
  const step = 10n ** BigInt(NANO_DECIMALS - decimals);
  return ((BigInt(amount) + step / 2n) / step) * step;
}

/** Decimals at which none of these amounts is shown as zero, and the limit is exact. */
function decimalsOf({ limit, used, reserved, remaining }: UsedLimit): number {
  const isShown = (decimals: number): boolean => {
    const step = 10 ** (NANO_DECIMALS - decimals);
    const parts = [used, reserved, remaining].map(Math.abs);
    return limit % step === 0 && parts.every((part) => part === 0 || part >= step);
  };
  for (let decimals = CENT_DECIMALS; decimals < NANO_DECIMALS; decimals += 1) {
    if (isShown(decimals)) return decimals;
  }
  return NANO_DECIMALS;
}

type Amounts = Readonly<Record<'used' | 'reserved' | 'left' | 'limit' | 'projected', string>>;

/** USD rounded so that used, reserved and left add up to the limit, as the exact amounts do. */
function amountsOf(limit: UsedLimit, projected: number): Amounts {
  const { unit, used, reserved, remaining } = limit;
  if (unit !== 'usd') {
    return {
      used: String(used),
      reserved: String(reserved),
      left: String(remaining),
      limit: String(limit.limit),
      projected: String(projected),
    };
  }
  const decimals = decimalsOf(limit);
  const committed = roundedUsd(used + reserved, decimals);
  const shownUsed = roundedUsd(used, decimals);
  return {
    used: formatUsd(shownUsed),
    reserved: formatUsd(committed - shownUsed),
    left: formatUsd(remaining === 0 ? 0 : BigInt(limit.limit) - committed),
    limit: formatUsd(limit.limit),
    projected: formatUsd(roundedUsd(projected, decimals)),
  };
}
