/** At rest: what fits is let through to the last unit, and one more is not. */
import type { AmountsByUnit } from '../../core/ledger/effective-limits.ts';
import { reserve } from '../../core/ledger/reserve.ts';
import { release } from '../../core/ledger/settle.ts';
import { idOf } from './oracle.ts';
import type { LimitPlan } from './plan.ts';
import { ceilingOf, versionAt } from './policies.ts';
import { randomOf } from './random.ts';
import type { SimulatedRun } from './simulated-run.ts';
import { Violation } from './violation.ts';

const CALL = { costCenter: 'alpha', environment: 'production' } as const;
const UNITS = ['requests', 'tokens', 'input_tokens', 'output_tokens', 'usd'] as const;

export async function probe(run: SimulatedRun): Promise<void> {
  const { limits } = versionAt(run.versions, run.scheduler.now);
  const policy = run.policyOf(0);
  const amounts: Record<LimitPlan['unit'], number> = {
    requests: 1,
    tokens: 1,
    input_tokens: 1,
    output_tokens: 1,
    usd: 1,
  };
  let fits = true;
  for (const unit of UNITS) {
    const left = limits
      .filter((limit) => limit.unit === unit)
      .flatMap((limit) => {
        const ceiling = ceilingOf(limit, CALL, 'small');
        if (ceiling === undefined || ceiling === Number.POSITIVE_INFINITY) return [];
        return [
          ceiling - (run.oracle.totals.get(idOf(limit, run.scheduler.now, CALL))?.committed ?? 0),
        ];
      });
    const least = Math.min(...left, 1_000_000);
    if (least < 1) fits = false;
    else amounts[unit] = unit === 'requests' ? 1 : least;
  }
  await reserveProbe(run, policy, amounts, fits);
}

async function reserveProbe(
  run: SimulatedRun,
  policy: Parameters<typeof reserve>[1]['policy'],
  amounts: AmountsByUnit,
  fits: boolean,
): Promise<void> {
  const [host] = run.hosts;
  if (!host) throw new Error('a plan has a host');
  run.oracle.isProbing = true;
  const random = randomOf(run.plan.seed, 'probe');
  const { store } = run.ledgerOn(host.life, random, () => undefined, undefined);
  const work = reserve(store, {
    policy,
    scope: { costCenter: CALL.costCenter, application: 'faq', environment: CALL.environment },
    candidates: [{ model: 'small', worstCase: amounts }],
    reservationId: 'r-probe',
    attemptId: 'probe~0',
    now: run.scheduler.now,
    endsBy: run.scheduler.now,
  }).then(async (decision) => {
    // A shard that is over its part does not keep the others from using theirs.
    const isSharded = run.versions.some(({ shards }) => shards > 1);
    if ((decision.outcome === 'reserved') !== fits && !(isSharded && !fits)) {
      const what = fits ? 'fits and was' : 'does not fit and was';
      throw new Violation(
        'false denial',
        `at rest ${JSON.stringify(amounts)} ${what} ${decision.outcome}`,
      );
    }
    if (decision.outcome === 'reserved') await release(store, decision.reservation);
  });
  run.watch(work);
  await run.scheduler.run();
  await work;
}
