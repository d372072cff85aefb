import { describe, expect, test } from '@jest/globals';
import { type Simulation, simulate } from '../../../../../core/insight/simulate/simulate.ts';
import type { UsageGuess } from '../../../../../core/insight/simulate/typical-usage.ts';
import type { TraceLine } from '../../../../../core/insight/trace/trace.schema.ts';
import { parseTraceCall } from '../../../../../core/insight/trace/trace-call.ts';
import type { AuditLine } from '../../../../../core/telemetry/audit-line.ts';
import { answeredLine, deniedLine } from '../../../../support/audit-lines.ts';
import { limitsConfig, policyOf } from '../../../../support/policy.ts';

const anything = Object.assign((value: unknown): value is TraceLine => value !== undefined, {
  schema: {},
  schemaEnv: undefined as never,
});

/** Also of an earlier release. */
type ReplayedLine = Omit<AuditLine, 'settlement'> & Pick<TraceLine, 'settlement'>;

async function* calls(lines: readonly ReplayedLine[]) {
  for (const line of lines) {
    const read = parseTraceCall(line, anything);
    if ('call' in read) yield read.call;
  }
}

const replay = (
  limits: readonly object[],
  lines: readonly ReplayedLine[],
  guess: UsageGuess = 'mean',
) => simulate([policyOf(limitsConfig(limits))], calls(lines), guess);

const requests = (amount: number, window = 'day') => ({ window, unit: 'requests', amount });
/** Decisions of the policy; the first tally is what happened. */
const decided = ({ totals }: Simulation) => totals[1];
const at = (time: string) => `2026-11-23T${time}.000Z`;

describe('limits', () => {
  test('let through what fits in a window, and deny what comes after', async () => {
    const lines = ['10:00:00', '10:00:20', '10:00:40', '10:01:00'].map((time) =>
      answeredLine({ start: at(time) }),
    );
    const found = await replay([requests(2, 'minute')], lines);
    expect(decided(found)).toMatchObject({ calls: 4, answered: 3, denied: 1 });
    expect([...(found.denials[1] ?? [])]).toEqual([
      ['retail/minute-requests', { denied: 1, firstAt: Date.parse(at('10:00:40')) }],
    ]);
    expect(found.changes[0]).toMatchObject({ newlyDenied: 1, noLongerDenied: 0 });
  });

  test('hold the worst case of calls in flight, and only their use afterwards', async () => {
    const tokens = { window: 'day', unit: 'tokens', amount: 2_000 };
    const first = answeredLine({ start: at('10:00:00'), ms: 10_000 });
    const during = answeredLine({ start: at('10:00:05') });
    const after = answeredLine({ start: at('10:00:10') });
    expect(decided(await replay([tokens], [first, during]))).toMatchObject({ denied: 1 });
    expect(decided(await replay([tokens], [first, after]))).toMatchObject({ denied: 0 });
  });

  test('keep what a lost call may have used, and charge it when its lease is over', async () => {
    const tokens = { window: 'day', unit: 'tokens', amount: 2_000 };
    const { usage: _, ...lost } = answeredLine({ start: at('10:00:00') });
    const kept = { ...lost, outcome: 'failed', settlement: 'kept', reservedNanoUsd: 7 } as const;
    const found = await replay([tokens], [kept, answeredLine({ start: at('11:00:00') })]);
    expect(decided(found)).toMatchObject({ failed: 1, denied: 1, spent: 0n });
    expect(found.totals[0]).toMatchObject({ failed: 1, unanswered: 7n });
  });

  test('release what a refused call had reserved', async () => {
    const { usage: _, ...line } = answeredLine({ start: at('10:00:00') });
    const refused: AuditLine = { ...line, outcome: 'failed', settlement: 'released' };
    const found = await replay([requests(1)], [refused, answeredLine({ start: at('10:00:01') })]);
    expect(decided(found)).toMatchObject({ failed: 1, answered: 1, denied: 0 });
  });
});

test('a ceiling puts the cheaper model in, at its price and with the tokens of the other', async () => {
  const ceilings = [{ percent: 50, model: 'haiku', fallback: 'micro' }];
  const lines = ['10:00:00', '10:00:01'].map((time) => answeredLine({ start: at(time) }));
  const found = await replay([{ ...requests(2), ceilings }], lines);
  // Micro: USD 0.035 and 0.14 per million; haiku: 1 and 5 (catalogue.json).
  const [haiku, micro] = [100n * 1_000n + 50n * 5_000n, 100n * 35n + 50n * 140n];
  expect(decided(found)).toMatchObject({
    answered: 2,
    downgraded: 1,
    spent: haiku + micro,
    estimated: micro,
  });
  expect(found.changes[0]).toMatchObject({ newlyDowngraded: 1 });
});

describe('a call that was denied at the time and is not now', () => {
  const ran = answeredLine({ start: at('10:00:00'), tokens: [200, 100] });
  const denied = deniedLine({ start: at('10:01:00') });

  test('is guessed at the mean of its model, and says so', async () => {
    const found = await replay([], [ran, denied]);
    const one = 200n * 1_000n + 100n * 5_000n;
    expect(decided(found)).toMatchObject({ answered: 2, spent: 2n * one, estimated: one });
    expect(found.changes[0]).toMatchObject({ noLongerDenied: 1 });
  });

  test('or at the most it asked for', async () => {
    const found = await replay([], [ran, denied], 'worst');
    expect(decided(found)).toMatchObject({ estimated: 1_000n * 1_000n + 500n * 5_000n });
  });
});

test('what a policy does not know is not valid, with the reason', async () => {
  const lines = [answeredLine({ model: 'opus' }), answeredLine({ costCenter: 'ghost' })];
  const found = await replay([], lines);
  expect(decided(found)).toMatchObject({ notValid: 2, spent: 0n });
  expect([...(found.notValid[0]?.keys() ?? [])]).toEqual([
    expect.stringContaining('unknown model "opus"'),
    expect.stringContaining('unknown cost center "ghost"'),
  ]);
});

test('a line that is there twice is one call, and one of unknown size is left out', async () => {
  const line = answeredLine();
  const { bounds: _, ...old } = deniedLine({ start: at('23:00:00') });
  expect(await replay([], [line, line, old])).toMatchObject({
    replayed: 1,
    duplicates: 1,
    unknownSize: 1,
  });
});

test('two policies are replayed side by side, by cost center and day of the first time zone', async () => {
  const zoned = (limits: readonly object[]) =>
    policyOf(limitsConfig(limits, { time_zone: 'Europe/Berlin' }));
  const lines = [
    answeredLine({ start: '2026-11-23T22:59:59.000Z' }),
    answeredLine({ start: '2026-11-23T23:00:00.000Z' }),
    answeredLine({ start: '2026-11-23T23:00:01.000Z' }),
  ];
  const policies = [zoned([requests(1)]), zoned([requests(2)])] as const;
  const { days } = await simulate(policies, calls(lines), 'mean');
  const answers = [...days].map(([key, row]) => [key, ...row.map(({ answered }) => answered)]);
  expect(answers).toEqual([
    ['2026-11-23 retail', 1, 1, 1],
    ['2026-11-24 retail', 2, 1, 2],
  ]);
});
