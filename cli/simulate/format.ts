/** A simulation as text and as JSON. Names come from a log and can contain any characters. */

import type { Simulation } from '../../core/insight/simulate/simulate.ts';
import type { Changes, Tally } from '../../core/insight/simulate/tally.ts';
import type { UsageGuess } from '../../core/insight/simulate/typical-usage.ts';
import { formatUsd } from '../../core/money.ts';
import { counted, printable } from '../../core/safe-text.ts';
import { isoTimestamp } from '../../core/time.ts';
import { formatTable } from '../terminal/table.ts';
import { usdJson } from '../terminal/usd-json.ts';
import type { TraceStats } from './read-trace.ts';

/** A simulation and its input. */
interface Written {
  readonly found: Simulation;
  readonly notes: TraceStats;
  /** Names of the policies, as the table shows them. */
  readonly names: readonly string[];
  readonly timeZone: string;
  readonly guess: UsageGuess;
  readonly daily: boolean;
}

const RECORDED = 'recorded';
const BAD_LINES_SHOWN = 5;

export function simulationText(written: Written): string {
  const { found, notes, names, daily } = written;
  const labels = [RECORDED, ...names];
  const centers = [...found.costCenters].sort(byKey);
  return [
    headline(written),
    tallies(['COST CENTER'], labels, [
      ...centers.map(([name, row]) => ({ keys: [name], row })),
      ...(centers.length > 1 ? [{ keys: ['all'], row: found.totals }] : []),
    ]),
    ...(daily ? ['\n', dailyTable(found, labels)] : []),
    denialTable(found, labels),
    names.map((name, i) => changesText(name, found.changes[i])).join(''),
    names.map((name, i) => notValidText(name, found.notValid[i])).join(''),
    footnotes(written),
    unreadableLines(notes),
  ].join('');
}

const byKey = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number =>
  a < b ? -1 : a > b ? 1 : 0;

function headline({ found, notes }: Written): string {
  const { from, to, replayed } = found;
  const span =
    from === undefined || to === undefined
      ? ''
      : `, from ${isoTimestamp(from)} to ${isoTimestamp(to)}`;
  const { not_valid, replayed: repeated, unavailable, unattributed } = notes.passedOver;
  const out = [
    [not_valid, 'invalid'],
    [repeated, 'answered from a stored response'],
    [unavailable, 'undecided because a service was unavailable'],
    [found.unknownSize, 'without the requested size'],
    [found.duplicates, 'duplicate'],
    [unattributed, 'without a cost center'],
  ] as const;
  const left = out.filter(([count]) => count > 0).map(([count, why]) => `${count} ${why}`);
  const rest = left.length > 0 ? ` Left out: ${left.join(', ')}.` : '';
  return `${counted(replayed, 'call')} replayed${span}.${rest}\n\n`;
}

interface TallyRow {
  readonly keys: readonly string[];
  readonly row: readonly Tally[];
}

function tallies(
  titles: readonly string[],
  labels: readonly string[],
  rows: readonly TallyRow[],
): string {
  const isShown = COLUMNS.map(
    ({ isAlways, of }) => isAlways || rows.some(({ row }) => row.some((tally) => of(tally) > 0)),
  );
  const shown = COLUMNS.filter((_, i) => isShown[i]);
  const body = rows.flatMap(({ keys, row }) =>
    row.map((tally, column) => [
      ...keys.map((key) => (column === 0 ? printable(key) : '')),
      labels[column] ?? '',
      ...shown.map(({ of }) => written(of(tally))),
    ]),
  );
  const head = [...titles, 'POLICY', ...shown.map(({ title }) => title)];
  const numbers = shown.map((_, i) => titles.length + 1 + i);
  return formatTable([head, ...body], new Set(numbers));
}

const written = (value: number | bigint): string =>
  typeof value === 'bigint' ? formatUsd(value) : String(value);

interface Column {
  readonly title: string;
  /** A count, or an amount in nano-USD. */
  readonly of: (tally: Tally) => number | bigint;
  /** Other columns are omitted if they have only zeros. */
  readonly isAlways?: boolean;
}

const COLUMNS: readonly Column[] = [
  { title: 'ANSWERED', of: ({ answered }) => answered, isAlways: true },
  { title: 'CHEAPER MODEL', of: ({ downgraded }) => downgraded },
  { title: 'DENIED', of: ({ denied }) => denied, isAlways: true },
  { title: 'FAILED', of: ({ failed }) => failed },
  { title: 'INVALID', of: ({ notValid }) => notValid },
  { title: 'SPENT USD', of: ({ spent }) => spent, isAlways: true },
  { title: 'ESTIMATED USD', of: ({ estimated }) => estimated },
  { title: 'DENIED MAX USD', of: ({ deniedWorstCase }) => deniedWorstCase },
  { title: 'LOST MAX USD', of: ({ unanswered }) => unanswered },
];

const dailyTable = (found: Simulation, labels: readonly string[]): string =>
  tallies(
    ['DAY', 'COST CENTER'],
    labels,
    [...found.days].sort(byKey).map(([key, row]) => ({ keys: splitDay(key), row })),
  );

function splitDay(key: string): [day: string, costCenter: string] {
  const space = key.indexOf(' ');
  return [key.slice(0, space), key.slice(space + 1)];
}

function denialTable({ denials }: Simulation, labels: readonly string[]): string {
  const rows = denials.flatMap((limits, column) =>
    [...limits]
      .sort(byKey)
      .map(([limit, { denied, firstAt }]) => [
        printable(limit),
        labels[column] ?? '',
        String(denied),
        isoTimestamp(firstAt),
      ]),
  );
  if (rows.length === 0) return '\nNo limit denied a call.\n';
  return (
    '\n' +
    `${formatTable([['DENYING LIMIT', 'POLICY', 'CALLS', 'FIRST DENIAL'], ...rows], new Set([2]))}`
  );
}

function changesText(name: string, changes: Changes | undefined): string {
  if (!changes) return '';
  const { newlyDenied, newlyDeniedSpent } = changes;
  const cost = newlyDenied > 0 ? ` (their recorded cost: USD ${formatUsd(newlyDeniedSpent)})` : '';
  const parts = [
    [newlyDenied, `now denied${cost}`],
    [changes.noLongerDenied, 'no longer denied'],
    [changes.newlyDowngraded, 'now sent to a cheaper model'],
    [changes.noLongerDowngraded, 'now sent to the requested model'],
    [changes.newlyNotValid, 'now invalid'],
  ] as const;
  const said = parts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  const words = said.length > 0 ? said.join(', ') : 'no decision changes';
  return `\n${name}, compared with the recorded decisions: ${words}.\n`;
}

function notValidText(name: string, reasons: ReadonlyMap<string, number> | undefined): string {
  if (!reasons || reasons.size === 0) return '';
  const lines = [...reasons].map(([reason, count]) => `  ${count} × ${reason}\n`);
  return `\nInvalid under ${name}:\n${lines.join('')}`;
}

function footnotes({ found, guess, notes: stats }: Written): string {
  const all = found.totals;
  const { calls, assumed } = stats.invocationLog;
  const notes = [
    all.some(({ estimated }) => estimated > 0n) &&
      `ESTIMATED USD: cost of calls that did not run, with ${GUESS_TEXTS[guess]}, or the ` +
        'tokens of the model that ran.',
    all.some(({ denied }) => denied > 0) &&
      'DENIED MAX USD: amount that the denied calls would have reserved; their actual cost is ' +
        'unknown.',
    all.some(({ unanswered }) => unanswered > 0n) &&
      'LOST MAX USD: reservations of calls that did not complete; their actual cost is unknown.',
    calls > 0 &&
      "Bedrock's invocation log does not include worst cases or cache lifetimes: max_tokens is used where the request is logged, otherwise the actual usage.",
    assumed > 0 &&
      `${assumed} calls in the log have no application or environment: the first one that ` +
        'their cost center or callers allow is assumed.',
  ].filter((note) => note !== false);
  return notes.length > 0 ? `\n${notes.join('\n')}\n` : '';
}

const GUESS_TEXTS: Readonly<Record<UsageGuess, string>> = {
  mean: "the mean tokens of the model's earlier calls",
  worst: 'the most tokens requested',
};

/** The lines that could not be read; also for standard error. */
export function unreadableLines({ badLines: count, bad }: TraceStats): string {
  if (count === 0) return '';
  const shown = bad
    .slice(0, BAD_LINES_SHOWN)
    .map(({ file, line, message }) => `  ${printable(file, 200)}:${line}: ${message}\n`);
  const more = count > shown.length ? `  and ${count - shown.length} more\n` : '';
  return `\nLines that could not be read: ${count}\n${shown.join('')}${more}`;
}

export function simulationJson({ found, notes, names, timeZone, guess }: Written) {
  const labels = [RECORDED, ...names];
  const row = (tallyRow: readonly Tally[]) => tallyRow.map(tallyJson);
  return {
    trace: {
      lines: notes.lines,
      replayed: found.replayed,
      ...(found.from !== undefined && { from: isoTimestamp(found.from) }),
      ...(found.to !== undefined && { to: isoTimestamp(found.to) }),
      leftOut: {
        notValid: notes.passedOver.not_valid,
        repeated: notes.passedOver.replayed,
        unavailable: notes.passedOver.unavailable,
        unattributed: notes.passedOver.unattributed,
        unknownSize: found.unknownSize,
        duplicates: found.duplicates,
      },
      invocationLog: notes.invocationLog,
      otherLines: notes.passedOver.no_call,
      badLines: { count: notes.badLines, first: notes.bad },
    },
    timeZone,
    guess,
    /** The policies of the entries of every `results`, in this order. */
    policies: labels,
    totals: { results: row(found.totals) },
    costCenters: [...found.costCenters]
      .sort(byKey)
      .map(([costCenter, tallyRow]) => ({ costCenter, results: row(tallyRow) })),
    days: [...found.days].sort(byKey).map(([key, tallyRow]) => {
      const [day, costCenter] = splitDay(key);
      return { day, costCenter, results: row(tallyRow) };
    }),
    denials: found.denials.flatMap((limits, column) =>
      [...limits].sort(byKey).map(([limit, { denied, firstAt }]) => ({
        limit,
        policy: labels[column],
        calls: denied,
        firstAt: isoTimestamp(firstAt),
      })),
    ),
    changes: names.map((policy, i) => ({ policy, ...changesJson(found.changes[i]) })),
    notValid: names.flatMap((policy, i) =>
      [...(found.notValid[i] ?? [])].map(([reason, calls]) => ({ policy, reason, calls })),
    ),
  };
}

const tallyJson = (tally: Tally) => ({
  calls: tally.calls,
  answered: tally.answered,
  downgraded: tally.downgraded,
  denied: tally.denied,
  failed: tally.failed,
  notValid: tally.notValid,
  spent: usdJson(tally.spent),
  estimated: usdJson(tally.estimated),
  deniedWorstCase: usdJson(tally.deniedWorstCase),
  unanswered: usdJson(tally.unanswered),
});

function changesJson(changes: Changes | undefined) {
  if (!changes) return {};
  const { newlyDeniedSpent, ...counts } = changes;
  return { ...counts, newlyDeniedSpent: usdJson(newlyDeniedSpent) };
}
