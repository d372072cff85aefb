/** The results as tables, aligned for a terminal or in Markdown. */
import { formatUsd } from '../../../core/money.ts';
import { LABELS } from './contenders.ts';
import type { EngineRow } from './engine.ts';
import type { Goodput } from './goodput.ts';
import type { Result, ShardOutcome } from './run.ts';
import type { VirtualOutcome } from './virtual.ts';
import type { Sustained, WriteCost } from './write-units.ts';

export interface Table {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Meanings of the columns. */
  readonly note: string;
}

export function tablesOf(result: Result): readonly Table[] {
  return [
    overshootTable(result),
    denialTable(result),
    goodputTable(result.goodput),
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
  head: ['callers', 'method', 'overshoot, USD', 'overshoot', 'spent of limit', 'calls made'],
  rows: overshoot.map((row) => [
    count(row.callers),
    LABELS[row.contender],
    usd(row.overshootNanoUsd),
    percent(row.overshootPercent),
    percent(row.utilizationPercent),
    count(row.approved),
  ]),
  note:
    'Callers send calls in a closed loop, the same calls for each method, and stop after ' +
    `${patience} denials in a row. The counters show what was spent 2 and 5 minutes ago, as a ` +
    'CloudWatch metric can. Everything else favors them: they count money, lose nothing, and ' +
    'compare the worst case of a call with the limit. The same is true of read, then write.',
});

const denialTable = ({ overshoot }: Result): Table => ({
  title: 'Denials',
  head: ['callers', 'method', 'false', 'false at rest', 'transient', 'own worst case', 'justified'],
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
    '*False*: the call fits even if it and all calls in flight cost their worst case (*at rest*: ' +
    'none in flight). *Transient*: it fits next to the actual cost of those calls, not next to ' +
    'their worst case; a retry succeeds. *Own worst case*: only its actual cost fits. ' +
    '*Justified*: it does not fit. A method without overshoot gets two more calls at rest: one ' +
    'that costs a nano-USD more than is left, and one that costs exactly what is left.',
});

const lengths = (value: number): string => value.toFixed(1);

const goodputTable = (rows: readonly Goodput[]): Table => ({
  title: 'Goodput: calls that fit, and when they are served',
  head: [
    'a call takes',
    'callers',
    'calls that fit',
    'served',
    'at once',
    'half served after',
    'all after',
    'best case',
    'longest wait of a call that fits',
    'writes per served call',
  ],
  rows: rows.map((row) => [
    `${row.callSeconds} s`,
    count(row.callers),
    count(row.fit),
    count(row.served),
    count(row.servedAtOnce),
    lengths(row.halfAfter),
    lengths(row.lastAfter),
    lengths(row.bestLastAfter),
    lengths(row.longestWait),
    row.writesPerServed.toFixed(1),
  ]),
  note:
    'All callers send one call at the same moment, on a limit worth 50 worst cases, and use 20 to ' +
    '80 % of theirs. A caller that calls in flight deny repeats its call after `Retry-After`. Times ' +
    'are in mean lengths of a call. *Best case*: every call starts at the moment it fits; the ' +
    'numbers of calls differ by which of them are served.',
});

const loadTable = (rows: readonly VirtualOutcome[]): Table => ({
  title: 'DynamoDB writes in these runs',
  head: [
    'callers',
    'method',
    'writes per call',
    'units per call',
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
    'Calls include denied ones. Seconds are virtual. The table in memory never throttles; ' +
    'DynamoDB allows about 1,000 write units a second for one item, and a throttled call is ' +
    'rejected with `ledger_unavailable` by default. A row above that rate needs shards.',
});

const writeCostTable = (rows: readonly WriteCost[]): Table => ({
  title: 'Writes and write units of one call, by reservations in flight on its account',
  head: ['in flight', 'item, bytes', 'writes', 'units to reserve', 'to settle', 'to deny'],
  rows: rows.map((row) => [
    count(row.inFlight),
    count(row.itemBytes),
    count(row.writesPerCall),
    count(row.unitsToReserve),
    count(row.unitsToSettle),
    count(row.unitsToRefuse),
  ]),
  note:
    'One limit and no fallback; `in_flight_max` is raised from 400 to 1,000 for all of these runs. ' +
    'A unit is a write of up to 1,024 bytes of the whole item.',
});

const sustainedTable = (rows: readonly Sustained[]): Table => ({
  title: 'Calls per second that one account sustains (computed)',
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
    'use 1,000 write units a second of each shard, with rate × seconds calls in flight, spread ' +
    'evenly, and none denied.',
});

const shardTable = (rows: readonly ShardOutcome[]): Table => ({
  title: 'The ledger with shards',
  head: [
    'shards',
    'callers',
    'overshoot',
    'spent of limit',
    'exact rest is approved',
    'writes per call',
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
    'Here the writes of different calls interleave, also those of one call to several shards. ' +
    'A denied call has always tried all shards.',
});

const engineTable = (rows: readonly EngineRow[]): Table => ({
  title: 'On a real engine',
  head: ['callers', 'method', 'overshoot, engine', 'overshoot, table in memory', 'ratio'],
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
    'The same code against dynalite over loopback in real time (a limit of USD 1, the model 100 ' +
    'times faster), compared with the table in memory and the same calls. These figures vary ' +
    'from run to run; the ledger’s zeros do not.',
});

/** Columns of numbers are aligned to the right. */
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
