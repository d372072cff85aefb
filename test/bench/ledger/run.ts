/** The whole benchmark, and what must hold of it. */
import { CONTENDERS } from './contenders.ts';
import { compareWithEngine, type EngineRow } from './engine.ts';
import { type Goodput, measureGoodput } from './goodput.ts';
import { runVirtually, type VirtualOutcome } from './virtual.ts';
import { measureWriteCost, type Sustained, sustained, type WriteCost } from './write-units.ts';

export interface RunOptions {
  readonly seed: number;
  readonly callers: readonly number[];
  readonly tell: (line: string) => void;
}

export interface ShardOutcome extends VirtualOutcome {
  readonly shards: number;
}

export interface Result {
  readonly seed: number;
  readonly limitUsd: number;
  readonly patience: number;
  readonly overshoot: readonly VirtualOutcome[];
  readonly shards: readonly ShardOutcome[];
  readonly engine: readonly EngineRow[];
  readonly goodput: readonly Goodput[];
  readonly writeCost: readonly WriteCost[];
  readonly sustained: readonly Sustained[];
}

export const LIMIT_USD = 10;
export const PATIENCE = 10;
const SHARD_COUNTS = [1, 4, 16] as const;
const SHARD_CALLERS = 100;
const IN_FLIGHT = [0, 1, 10, 50, 100, 500] as const;
const CALL_SECONDS = [1, 3, 10] as const;
const GOODPUT = { callers: 200, worth: 50 } as const;
const GOODPUT_SECONDS = [1, 3, 30, 120] as const;
/** The longest that a call which fits is not served, in lengths of a call. */
const WAIT_MAX = 3;
/** More callers than that, and the engine's own queue is all that is measured. */
const ENGINE_CALLERS_MAX = 100;

export async function runBenchmark({ seed, callers, tell: report }: RunOptions): Promise<Result> {
  const overshoot: VirtualOutcome[] = [];
  const base = { seed, limitUsd: LIMIT_USD, patience: PATIENCE };
  for (const count of callers) {
    for (const contender of CONTENDERS) {
      report(`in virtual time: ${contender}, callers: ${count}`);
      overshoot.push(await runVirtually({ ...base, contender, callers: count }));
    }
  }
  const shardOutcomes: ShardOutcome[] = [];
  for (const shards of SHARD_COUNTS) {
    report(`in virtual time: ledger, shards: ${shards}`);
    const run = { ...base, contender: 'ledger', callers: SHARD_CALLERS, shards } as const;
    shardOutcomes.push({ shards, ...(await runVirtually({ ...run, isLocal: true })) });
  }
  const goodput: Goodput[] = [];
  for (const callSeconds of GOODPUT_SECONDS) {
    report(`in virtual time: goodput, seconds of a call: ${callSeconds}`);
    goodput.push(await measureGoodput({ seed, ...GOODPUT, callSeconds }));
  }
  const real = callers.filter((count) => count <= ENGINE_CALLERS_MAX);
  const engine = await compareWithEngine(seed, real, report);
  const writeCost: WriteCost[] = [];
  for (const inFlight of IN_FLIGHT) {
    report(`measuring writes, reservations in flight: ${inFlight}`);
    writeCost.push(await measureWriteCost(seed, inFlight));
  }
  return {
    ...base,
    overshoot,
    shards: shardOutcomes,
    engine,
    goodput,
    writeCost,
    sustained: SHARD_COUNTS.flatMap((shards) =>
      CALL_SECONDS.map((seconds) => sustained(writeCost, shards, seconds)),
    ),
  };
}

/** Promises that the ledger did not keep, in words; empty when it kept all. */
export function brokenPromises(
  result: Pick<Result, 'overshoot' | 'shards' | 'engine' | 'goodput'>,
): string[] {
  const rows = [
    ...result.overshoot.map((row) => ({ ...row, where: 'in virtual time' })),
    // Where decisions are no single moments, only the call at rest can be judged.
    ...result.shards.map((row) => ({
      ...row,
      where: `on ${row.shards} shards`,
      denials: undefined,
    })),
    ...result.engine.map(({ engine, contender, callers }) => ({
      ...{ ...engine, contender, callers },
      where: 'on a real engine',
      denials: undefined,
    })),
  ].filter(({ contender }) => contender === 'ledger');
  const tooLate = result.goodput.flatMap((row) => {
    const { callSeconds, longestWait, overshootNanoUsd, leavesWhatFits } = row;
    const text = `the ledger, calls of ${callSeconds} s`;
    return [
      ...(overshootNanoUsd > 0 ? [`${text}: overshot by ${overshootNanoUsd} nano-USD`] : []),
      ...(leavesWhatFits ? [`${text}: a call that fits was not served`] : []),
      ...(longestWait > WAIT_MAX
        ? [`${text}: one that fits was served after ${longestWait} lengths of a call`]
        : []),
    ];
  });
  const broken = rows.flatMap(
    ({ where, callers, overshootNanoUsd, denials, refusesWhatIsLeft }) => {
      const row = `the ledger, ${where}, callers: ${callers}`;
      const falsely = denials?.unfounded ?? 0;
      return [
        ...(overshootNanoUsd > 0 ? [`${row}: overshot by ${overshootNanoUsd} nano-USD`] : []),
        ...(falsely > 0 ? [`${row}: falsely denied ${falsely}`] : []),
        ...(refusesWhatIsLeft ? [`${row}: falsely denied a call for what was left`] : []),
      ];
    },
  );
  return [...broken, ...tooLate];
}
