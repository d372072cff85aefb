/** The alert about a cost center whose metered usage differs from what AWS observed or billed. */
import { formatUsd } from '../../money.ts';
import type { Owner } from '../../policy/policy.ts';
import { type Day, dayAfter } from '../../utc-days.ts';
import type { Alert } from './alert-types.ts';

interface Drift {
  readonly costCenter: string;
  readonly owner: Owner;
  readonly from: Day;
  /** Exclusive. */
  readonly to: Day;
  /** Of what was metered. */
  readonly percent: number;
  readonly nanoUsd: {
    readonly metered: bigint;
    readonly observed: bigint;
    readonly billed?: bigint | undefined;
  };
  /** Codes of the likely reasons, with their explanations. */
  readonly reasons: ReadonlyMap<string, string>;
}

export function driftAlert(drift: Drift): Alert {
  const { costCenter, owner, from, to, percent, nanoUsd, reasons } = drift;
  const { metered, observed, billed } = nanoUsd;
  const usd = {
    metered: formatUsd(metered),
    observed: formatUsd(observed),
    ...(billed !== undefined && { billed: formatUsd(billed) }),
  };
  const bill = usd.billed === undefined ? '' : `, USD ${usd.billed} billed`;
  const explanations = [...reasons.values()].map((each) => `${each}.`).join(' ');
  return {
    type: 'ReconciliationDrift',
    id: `reconciliation/${costCenter}/${to}`,
    detail: {
      owner,
      notify: true,
      summary:
        `Usage of cost center ${costCenter} from ${from} to ${dayAfter(to, -1)} differs by ` +
        `${percent.toFixed(1)} %: USD ${usd.metered} metered, USD ${usd.observed} observed by ` +
        `CloudWatch${bill}. Likely reasons: ${explanations} See docs/reconciliation.md, and run ` +
        'cost-sentry reconcile.',
      from,
      to,
      percent,
      usd,
      reasons: [...reasons.keys()],
    },
  };
}
