/** The results as tables, aligned for a terminal or in Markdown. */
import { formatUsd } from '../../../core/money.ts';
import { LABELS } from './contenders.ts';
import type { EngineRow } from './engine.ts';
import type { Result, ShardOutcome } from './run.ts';
import type { VirtualOutcome } from './virtual.ts';
import type { Sustained, WriteCost } from './write-units.ts';

export interface Table {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** What the columns mean. */
  readonly note: string;
}

export function tablesOf(result: Result): readonly Table[] {
  return [
    overshootTable(result),
    denialTable(result),
    loadTable(result.overshoot),
    writeCostTable(result.writeCost),
    sustainedTable(result.sustained),
    shardTable(result.shards),
    engineTable(result.engine),
  ];
}

const count = (value: number): string => String(value).replace(/\B(?=(\d{3})+$)/g, ',');
const rate = (value: number): string => (value < 10 ? value.toFixed(1) : count(Math.round(value)));
const percent = (value: number): string => `${value.toFixed(value === 0 ? 0 : 2)} %`;
const usd = (nanoUsd: number): string =>
  nanoUsd === 0 ? '0' : Number(formatUsd(nanoUsd)).toFixed(4);

const overshootTable = ({ overshoot, limitUsd, patience }: Result): Table => ({
  title: `Overshoot of a limit of USD ${limitUsd}`,
  head: ['callers', 'held by', 'overshoot, USD', 'overshoot', 'of the limit spent', 'calls made'],
  rows: overshoot.map((row) => [
    count(row.callers),
    LABELS[row.contender],
    usd(row.overshootNanoUsd),
    percent(row.overshootPercent),
    percent(row.utilizationPercent),
    count(row.approved),
  ]),
  note:
    'Callers ask in a closed loop, the same calls for all, and each gives up after ' +
    `${patience} denials in a row. The counters show what was spent 2 and 5 minutes ago, as a ` +
    'metric of CloudWatch may; all else is in their favour: they count money, lose nothing, and ' +
    'ask for room for the worst case. The same holds for read, then write.',
});

const denialTable = ({ overshoot }: Result): Table => ({
  title: 'Denials',
  head: [
    'callers',
    'held by',
    'false',
    'of them at rest',
    'transient',
    'own worst case',
    'founded',
  ],
  rows: overshoot.map(({ callers, contender, denials }) => [
    count(callers),
    LABELS[contender],
    count(denials.unfounded),
    count(denials.unfoundedAtRest),
    count(denials.transient),
    count(denials.ownWorstCase),
    count(denials.founded),
  ]),
  note:
    'False: it fitted even at the worst case of this call and of all in flight; at rest: with ' +
    'nothing in flight. Transient: it fitted beside what the calls in flight really cost in the ' +
    'end, not beside what they might have; a later try gets through. Own worst case: only its ' +
    'real cost, which nobody knows before, fitted. Founded: it did not fit. What did not ' +
    'overshoot meets two more calls at rest: one for a nano-USD more than is left, and one for ' +
    'exactly what is left.',
});

const loadTable = (rows: readonly VirtualOutcome[]): Table => ({
  title: 'What these runs took of DynamoDB',
  head: [
    'callers',
    'held by',
    'writes per call asked',
    'units per call asked',
    'units per second',
    'most in flight',
  ],
  rows: rows
    .filter(({ metered }) => metered.writes > 0)
    .map(({ callers, contender, approved, denied, metered, virtualSeconds, mostInFlight }) => [
      count(callers),
      LABELS[contender],
      (metered.writes / (approved + denied)).toFixed(2),
      (metered.writeUnits / (approved + denied)).toFixed(1),
      rate(metered.writeUnits / virtualSeconds),
      count(mostInFlight),
    ]),
  note:
    'Seconds are virtual. The table in memory never throttles; DynamoDB gives one item about ' +
    '1,000 write units a second, and a call it throttles is refused with `ledger_unavailable` ' +
    'by default, not let through. A row above that needs shards.',
});

const writeCostTable = (rows: readonly WriteCost[]): Table => ({
  title: 'Writes and write units of one call, by reservations in flight on its account',
  head: ['in flight', 'item, bytes', 'writes', 'units to reserve', 'to settle', 'to refuse'],
  rows: rows.map((row) => [
    count(row.inFlight),
    count(row.itemBytes),
    count(row.writesPerCall),
    count(row.unitsToReserve),
    count(row.unitsToSettle),
    count(row.unitsToRefuse),
  ]),
  note: 'One limit and no fallback. A unit is a write of up to 1,024 bytes of the whole item.',
});

const sustainedTable = (rows: readonly Sustained[]): Table => ({
  title: 'Calls per second one account sustains (computed)',
  head: ['shards', 'a call takes', 'calls per second', 'in flight per shard', 'units per call'],
  rows: rows.map((row) => [
    count(row.shards),
    `${row.callSeconds} s`,
    count(row.callsPerSecond),
    count(row.inFlightPerShard),
    count(row.unitsPerCall),
  ]),
  note:
    'Computed from the item sizes above, not measured: the rate at which reserving and settling ' +
    'take 1,000 write units a second of each shard, with rate × seconds calls in flight, spread ' +
    'evenly and none refused.',
});

const shardTable = (rows: readonly ShardOutcome[]): Table => ({
  title: 'The ledger split over shards',
  head: [
    'shards',
    'callers',
    'overshoot',
    'of the limit spent',
    'what is left can be had',
    'writes per call asked',
  ],
  rows: rows.map(({ shards, callers, overshootPercent, utilizationPercent, ...row }) => [
    count(shards),
    count(callers),
    percent(overshootPercent),
    percent(utilizationPercent),
    row.refusesWhatIsLeft ? 'no' : 'yes',
    (row.metered.writes / (row.approved + row.denied)).toFixed(2),
  ]),
  note:
    'Here the requests of different calls mix, also where one call asks several shards, as ' +
    'one that is refused always does.',
});

const engineTable = (rows: readonly EngineRow[]): Table => ({
  title: 'On a real engine',
  head: ['callers', 'held by', 'overshoot, engine', 'overshoot, table in memory', 'ratio'],
  rows: rows.map(({ callers, contender, engine, model }) => [
    count(callers),
    LABELS[contender],
    percent(engine.overshootPercent),
    percent(model.overshootPercent),
    model.overshootPercent === 0
      ? '-'
      : (engine.overshootPercent / model.overshootPercent).toFixed(2),
  ]),
  note:
    'The same code against dynalite over loopback in real time (a limit of USD 1, the model a ' +
    'hundred times faster), beside the table in memory with the same calls. These figures vary ' +
    'from run to run; the ledger’s zeros do not.',
});

/** Columns of numbers stand to the right. */
export function alignedText({ title, head, rows, note }: Table): string {
  const widths = head.map((name, i) =>
    Math.max(name.length, ...rows.map((row) => row[i]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) =>
        isText(rows, i) ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0),
      )
      .join('  ')
      .trimEnd();
  return [
    title,
    line(head),
    line(widths.map((width) => '-'.repeat(width))),
    ...rows.map(line),
    note,
  ].join('\n');
}

export function markdown({ title, head, rows, note }: Table): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const rule = line(head.map((_, i) => (isText(rows, i) ? '---' : '---:')));
  return [`### ${title}`, '', line(head), rule, ...rows.map(line), '', note].join('\n');
}

const isText = (rows: Table['rows'], column: number): boolean =>
  rows.some((row) => /^[a-z]/i.test(row[column] ?? ''));
