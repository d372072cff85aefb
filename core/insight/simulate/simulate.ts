/** Simulates a trace against one or two policies, and compares with the recorded decisions. */
import type { Policy } from '../../policy/policy.ts';
import type { EpochMs } from '../../time.ts';
import { periodName } from '../../windows.ts';
import type { TraceCall } from '../trace/trace-call.ts';
import { Replay, type ReplayedCall, recordedCall } from './replay.ts';
import { hasTokenBounds } from './replay-candidates.ts';
import {
  addChange,
  addDecision,
  type Changes,
  type LimitDenials,
  newChanges,
  newTally,
  type Tally,
} from './tally.ts';
import { TypicalUsage, type UsageGuess } from './typical-usage.ts';

/** One tally for the recorded calls, then one for each policy. */
type Row = readonly Tally[];

export interface Simulation {
  readonly replayed: number;
  /** Denied calls whose requested size is unknown. */
  readonly unknownSize: number;
  /** Duplicate lines. */
  readonly duplicates: number;
  readonly from?: EpochMs;
  readonly to?: EpochMs;
  readonly totals: Row;
  readonly costCenters: ReadonlyMap<string, Row>;
  /** By `<day> <cost center>`, days in the first policy's time zone. */
  readonly days: ReadonlyMap<string, Row>;
  /** Of the recorded calls and of each policy, by `<owner>/<limit>`. */
  readonly denials: readonly ReadonlyMap<string, LimitDenials>[];
  /** For each policy: reasons why calls are invalid, with their number. */
  readonly notValid: readonly ReadonlyMap<string, number>[];
  /** Of each policy. */
  readonly changes: readonly Changes[];
}

const REASONS_MAX = 20;
const OTHER_REASONS = 'other reasons';

/**
 * @param calls by the time they start.
 * @param progress called from time to time with the number of replayed calls.
 */
export async function simulate(
  policies: readonly [Policy, ...Policy[]],
  calls: AsyncIterable<TraceCall>,
  guess: UsageGuess,
  progress: (replayed: number) => void = () => undefined,
): Promise<Simulation> {
  const [first] = policies;
  const replays = policies.map((policy) => new Replay(policy));
  const typical = new TypicalUsage(guess);
  const book = new Book(policies.length);
  const counts = { replayed: 0, unknownSize: 0, duplicates: 0 };
  let [from, to, last]: [EpochMs?, EpochMs?, TraceCall?] = [];
  for await (const call of calls) {
    const isRepeated = last !== undefined && isSame(last, call);
    last = call;
    if (isRepeated) counts.duplicates += 1;
    else if (!hasTokenBounds(call.line)) counts.unknownSize += 1;
    if (isRepeated || !hasTokenBounds(call.line)) continue;
    from ??= call.startsAt;
    to = Math.max(to ?? 0, call.endsAt);
    const recorded = recordedCall(call, first);
    const decided: ReplayedCall[] = [];
    for (const replay of replays) decided.push(await replay.start(call, typical));
    typical.add(call);
    book.add(call, periodName('day', call.startsAt, first.timeZone), recorded, decided);
    counts.replayed += 1;
    if (counts.replayed % 1000 === 0) progress(counts.replayed);
  }
  return {
    ...counts,
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
    ...book,
  };
}

/** Logs are delivered at least once. */
const isSame = (one: TraceCall, other: TraceCall): boolean =>
  one.line.requestId === other.line.requestId &&
  one.startsAt === other.startsAt &&
  one.endsAt === other.endsAt;

/** All results. */
class Book {
  readonly totals: Row;
  readonly costCenters = new Map<string, Row>();
  readonly days = new Map<string, Row>();
  readonly denials: readonly Map<string, LimitDenials>[];
  readonly notValid: readonly Map<string, number>[];
  readonly changes: readonly Changes[];
  readonly #newRow: () => Row;

  constructor(policies: number) {
    const each = Array.from({ length: policies });
    this.#newRow = () => [newTally(), ...each.map(newTally)];
    this.totals = this.#newRow();
    this.denials = [new Map(), ...each.map(() => new Map<string, LimitDenials>())];
    this.notValid = each.map(() => new Map<string, number>());
    this.changes = each.map(newChanges);
  }

  add(
    { line, startsAt }: TraceCall,
    day: string,
    recorded: ReplayedCall,
    decided: readonly ReplayedCall[],
  ): void {
    const { costCenter } = line.tags;
    const rows = [
      this.totals,
      this.#row(this.costCenters, costCenter),
      this.#row(this.days, `${day} ${costCenter}`),
    ];
    for (const [column, call] of [recorded, ...decided].entries()) {
      for (const row of rows) {
        const tally = row[column];
        if (tally) addDecision(tally, call);
      }
      if (call.outcome === 'denied') this.#denied(column, call.reason ?? '', startsAt);
    }
    for (const [i, call] of decided.entries()) {
      const changes = this.changes[i];
      if (changes) addChange(changes, recorded, call);
      if (call.outcome === 'not_valid') this.#refused(i, call.reason ?? '');
    }
  }

  #row(rows: Map<string, Row>, key: string): Row {
    const row = rows.get(key) ?? this.#newRow();
    rows.set(key, row);
    return row;
  }

  #denied(column: number, limit: string, at: EpochMs): void {
    const known = this.denials[column]?.get(limit);
    if (known) known.denied += 1;
    else this.denials[column]?.set(limit, { denied: 1, firstAt: at });
  }

  #refused(policy: number, message: string): void {
    const reasons = this.notValid[policy];
    if (!reasons) return;
    const isListed = reasons.has(message) || reasons.size < REASONS_MAX;
    const reason = isListed ? message : OTHER_REASONS;
    reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  }
}
