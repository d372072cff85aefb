/**
 * Alerts about one limit, in words and in figures. A summary says what happened, and then what can
 * be done about it.
 */
import { splitCounterKey } from '../../ledger/account-keys.ts';
import { type FirstLimitEvent, firstEventKey } from '../../ledger/first-events.ts';
import type { AlertKey, CounterKey } from '../../ledger/ports.ts';
import type { LimitSnapshot } from '../../ledger/reservation.ts';
import type { ThresholdCrossing } from '../../ledger/thresholds.ts';
import { formatUsd } from '../../money.ts';
import { formatAmount, formatOwner } from '../../policy/limit-checks.ts';
import { limitReference } from '../../policy/limit-overview.ts';
import { ownerKey } from '../../policy/limit-owners.ts';
import { type EpochMs, isoTimestamp } from '../../time.ts';
import type { Alert } from './alert.ts';

/** The id of an alert that is published once per limit and window. */
function limitAlertId({ owner }: Pick<LimitSnapshot, 'owner'>, key: CounterKey, mark: string) {
  const { limitName, periodName } = splitCounterKey(key);
  return `${ownerKey(owner)}/${limitName}/${periodName}/${mark}`;
}

/** The call that caused an alert, where one did. */
export interface AlertCause {
  readonly requestId?: string;
  /** Aliases of the models of a fallback. */
  readonly from?: string;
  readonly to?: string;
}

export function thresholdAlert(crossing: ThresholdCrossing, requestId?: string): Alert {
  const { key, limit, percent, used, resetsAt } = crossing;
  const next =
    limit.mode === 'observe'
      ? 'It only observes, so no call is denied.'
      : percent < 100
        ? `If that is more than it should be, see who spends it: ${usageCommand(limit)}. If more will be needed, raise it: ${raiseCommand(limit)}.`
        : `Calls are denied until then; to let them through earlier, raise it: ${raiseCommand(limit)}.`;
  const summary =
    `${limitInWords(limit)} has reached ${percent} %: ${formatAmount(limit.unit, used)} of ` +
    `${totalInWords(limit)}, until ${resetsAt}. ${next}`;
  return {
    id: limitAlertId(limit, key, String(percent)),
    type: 'LimitThresholdCrossed',
    detail: { ...aboutLimit(limit, { used }, resetsAt), summary, percent, ...causeOf(requestId) },
  };
}

export function denialAlert(first: FirstLimitEvent, { requestId }: AlertCause): Alert {
  const { limit, percent, resetsAt, key } = first;
  const summary =
    `${limitInWords(limit)} has denied its first call of this ${limit.window}${ceilingInWords(percent)}: ` +
    `${standingInWords(first)}. Calls that do not fit are denied until ${resetsAt}. ` +
    `To see who spends it: ${usageCommand(limit)}; to let calls through earlier, raise it: ${raiseCommand(limit)}.`;
  return {
    id: limitAlertId(limit, key, firstEventKey(first)),
    type: 'CallDenied',
    detail: { ...aboutFirst(first, summary), ...causeOf(requestId) },
  };
}

const aboutFirst = (first: FirstLimitEvent, summary: string) => {
  const { limit, percent, resetsAt, used, reserved } = first;
  return {
    ...aboutLimit(limit, { used, reserved }, resetsAt),
    notify: isForPeople(limit),
    summary,
    percent,
    reserved,
  };
};

export function fallbackAlert(first: FirstLimitEvent, cause: AlertCause): Alert {
  const { limit, percent, resetsAt, key } = first;
  const { requestId, from, to } = cause;
  const models =
    from === undefined || to === undefined
      ? 'calls are answered by a cheaper model'
      : `calls for ${from} are answered by ${to}`;
  const summary =
    `${limitInWords(limit)} is at its ceiling of ${percent} %: ${models} until ${resetsAt}, as the ` +
    `configuration wants it. ${standingInWords(first)}. Nothing needs to be done; to go back ` +
    `earlier, raise the limit: ${raiseCommand(limit)}.`;
  return {
    id: limitAlertId(limit, key, firstEventKey(first)),
    type: 'FallbackBegun',
    detail: {
      ...aboutFirst(first, summary),
      ...(from !== undefined && { from }),
      ...(to !== undefined && { to }),
      ...causeOf(requestId),
    },
  };
}

/** A limit whose usage rate, over the last hour (`fast`) or six (`slow`), exhausts it early. */
interface BurningLimit {
  readonly key: CounterKey;
  readonly used: number;
  readonly endsAt: EpochMs;
  readonly pace: 'fast' | 'slow';
  /** Used in an hour. */
  readonly perHour: number;
  /** Used at the window's end. */
  readonly projected: number;
  readonly reachedAt: EpochMs;
}

export const burnRateKey = (pace: BurningLimit['pace']): AlertKey => `burn-${pace}`;

const SPAN_IN_WORDS = { fast: 'hour', slow: 'six hours' } as const;

export function burnRateAlert(limit: LimitSnapshot, burning: BurningLimit): Alert {
  const { key, used, endsAt, pace, perHour, projected } = burning;
  const reachedAt = isoTimestamp(burning.reachedAt);
  const resetsAt = isoTimestamp(endsAt);
  const inUnit = (amount: number) => formatAmount(limit.unit, amount);
  const summary =
    `At the pace of the last ${SPAN_IN_WORDS[pace]} ${lowerFirst(limitInWords(limit))} is reached at ` +
    `${reachedAt}, before its window ends at ${resetsAt}: ${inUnit(used)} of ` +
    `${totalInWords(limit)} used, about ${inUnit(perHour)} more an hour, which would make ` +
    `${inUnit(projected)} by then. See who spends it: ${usageCommand(limit)}. If it should go ` +
    `on, raise the limit: ${raiseCommand(limit)}; if not, stop the caller before calls are denied.`;
  return {
    id: limitAlertId(limit, key, burnRateKey(pace)),
    type: 'LimitBurnRate',
    detail: {
      ...aboutLimit(limit, { used, perHour, projected }, resetsAt),
      summary,
      pace,
      reachedAt,
    },
  };
}

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

/** Nobody reads a mail a minute; as events they are there all the same. */
const isForPeople = ({ window }: LimitSnapshot): boolean => window !== 'minute';

const causeOf = (requestId: string | undefined) => (requestId === undefined ? {} : { requestId });

/** What every alert about a limit carries; `amounts` are repeated in USD where the unit is usd. */
function aboutLimit<Amounts extends { readonly used: number }>(
  limit: LimitSnapshot,
  amounts: Amounts,
  resetsAt: string,
) {
  const { owner, name, window, unit, mode, amount } = limit;
  const decimals = Object.entries({ amount, ...amounts }).map(
    ([what, value]) => [what, formatUsd(value)] as const,
  );
  return {
    owner,
    notify: true,
    limit: name,
    window,
    unit,
    mode,
    amount,
    ...amounts,
    ...(unit === 'usd' && { usd: Object.fromEntries(decimals) }),
    resetsAt,
  };
}

const limitInWords = ({ name, owner }: LimitSnapshot): string =>
  `The limit ${name} of ${formatOwner(owner)}`;

const totalInWords = ({ unit, amount, window, mode }: LimitSnapshot): string =>
  `${formatAmount(unit, amount)} per ${window}${mode === 'observe' ? ' (observed only)' : ''}`;

const ceilingInWords = (percent: number): string =>
  percent === 100 ? '' : ` at its ceiling of ${percent} %`;

function standingInWords({ limit, used, reserved }: FirstLimitEvent): string {
  const { unit } = limit;
  const inFlight = reserved === 0 ? '' : ` and ${formatAmount(unit, reserved)} in flight`;
  return `${formatAmount(unit, used)} used${inFlight} of ${totalInWords(limit)}`;
}

const usageCommand = ({ owner }: LimitSnapshot): string =>
  owner.kind === 'costCenter'
    ? `cost-sentry usage --cost-center ${owner.name}`
    : 'cost-sentry usage';

const raiseCommand = (limit: LimitSnapshot): string =>
  `cost-sentry limits raise ${limitReference(limit)} --help`;
