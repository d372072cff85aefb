/**
 * Alerts about one limit, as text and as figures. A summary says what happened, and then what to do
 * about it.
 */
import { splitCounterKey } from '../../ledger/account-keys.ts';
import { type FirstLimitEvent, firstEventKey } from '../../ledger/first-events.ts';
import type { AlertKey, CounterKey } from '../../ledger/ports.ts';
import type { LimitSnapshot } from '../../ledger/reservation.ts';
import type { ThresholdCrossing } from '../../ledger/thresholds.ts';
import { formatUsd } from '../../money.ts';
import { limitReference } from '../../policy/limit-overview.ts';
import { ownerKey } from '../../policy/limit-owners.ts';
import { formatAmount, formatOwner, perWindow, resetText } from '../../policy/limit-text.ts';
import type { Holder } from '../../policy/policy.ts';
import { type EpochMs, isoTimestamp } from '../../time.ts';
import { resetTimestamp } from '../../windows.ts';
import type { Alert } from './alert-types.ts';

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
  const effect =
    limit.mode === 'observe'
      ? 'It only observes; no call is denied.'
      : `${percent < 100 ? '' : `Calls are denied${untilReset(resetsAt)}. `}${nextSteps(limit)}`;
  const summary =
    `${limitTitle(limit)} has reached ${percent} %: ${formatAmount(limit.unit, used)} of ` +
    `${amountPerWindow(limit)} used. ${resetText(resetsAt)} ${effect}`;
  return {
    id: limitAlertId(limit, key, String(percent)),
    type: 'LimitThresholdCrossed',
    detail: { ...aboutLimit(limit, { used }, resetsAt), summary, percent, ...causeOf(requestId) },
  };
}

export function denialAlert(first: FirstLimitEvent, { requestId }: AlertCause): Alert {
  const { limit, percent, resetsAt, key } = first;
  const ceiling = percent === 100 ? '' : ` at its ceiling of ${percent} %`;
  const summary =
    `${limitTitle(limit)} has denied its first call${ofWindow(limit)}${ceiling}: ` +
    `${usageText(first)}. Calls that do not fit are denied${untilReset(resetsAt, true)}. ` +
    nextSteps(limit);
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
    `${limitTitle(limit)} has reached its ceiling of ${percent} %: ${models}` +
    `${untilReset(resetsAt, true)}, as configured. ${usageText(first)}. No action is needed. To end the fallback ` +
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

const SPANS = { fast: 'hour', slow: 'six hours' } as const;

export function burnRateAlert(limit: LimitSnapshot, burning: BurningLimit): Alert {
  const { key, used, endsAt, pace, perHour, projected } = burning;
  const reachedAt = isoTimestamp(burning.reachedAt);
  const resetsAt = resetTimestamp(endsAt);
  const inUnit = (amount: number) => formatAmount(limit.unit, amount);
  const summary =
    `${limitTitle(limit)} will be reached at ${reachedAt} at the rate of the last ${SPANS[pace]}, ` +
    `${resetsAt === null ? 'and never resets' : `before it resets at ${resetsAt}`}: ` +
    `${inUnit(used)} of ${amountPerWindow(limit)} used, about ${inUnit(perHour)} more per hour` +
    `${resetsAt === null ? '' : `, ${inUnit(projected)} expected at the end of the window`}. ` +
    `${nextSteps(limit)} Or stop the caller before calls are denied.`;
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

/** Limits of a minute or a session send events, not emails: one a minute helps no one. */
const isForPeople = ({ window, owner: { holder } }: LimitSnapshot): boolean =>
  window !== 'minute' && holder?.kind !== 'session';

const causeOf = (requestId: string | undefined) => (requestId === undefined ? {} : { requestId });

/** Fields of every alert about a limit; `amounts` are repeated in USD if the unit is usd. */
function aboutLimit<Amounts extends { readonly used: number }>(
  limit: LimitSnapshot,
  amounts: Amounts,
  resetsAt: string | null,
) {
  const { owner: whose, name, window, unit, mode, amount } = limit;
  const { holder, ...owner } = whose;
  const decimals = Object.entries({ amount, ...amounts }).map(
    ([what, value]) => [what, formatUsd(value)] as const,
  );
  return {
    owner,
    ...(holder && { holder }),
    notify: holder?.kind !== 'session',
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

const limitTitle = ({ name, owner }: LimitSnapshot): string =>
  `Limit ${name} of ${formatOwner(owner)}`;

const amountPerWindow = ({ unit, amount, window, mode }: LimitSnapshot): string =>
  `${formatAmount(unit, amount)} ${perWindow(window)}${mode === 'observe' ? ' (observed only)' : ''}`;

function usageText({ limit, used, reserved }: FirstLimitEvent): string {
  const { unit } = limit;
  const inFlight =
    reserved === 0 ? '' : `, and ${formatAmount(unit, reserved)} reserved by calls in flight`;
  return `${formatAmount(unit, used)} of ${amountPerWindow(limit)} used${inFlight}`;
}

const nextSteps = (limit: LimitSnapshot): string =>
  `Show usage: ${usageCommand(limit)}. Raise the limit: ${raiseCommand(limit)}.`;

const usageCommand = ({ owner: { kind, name, holder } }: LimitSnapshot): string => {
  const center = kind === 'costCenter' ? ` --cost-center ${name}` : '';
  const per = holder ? ` --per ${holder.kind}` : '';
  const user = holder?.kind === 'user' ? ` --user ${word(holder)}` : '';
  return `cost-sentry usage${center}${per}${user}`;
};

const raiseCommand = (limit: LimitSnapshot): string =>
  `cost-sentry limits raise ${limitReference(limit)}${holderFlag(limit)} --help`;

const holderFlag = ({ owner: { holder } }: LimitSnapshot): string =>
  holder ? ` --${holder.kind} ${word(holder)}` : '';

const PLAIN = /^[\w@%+=:,./-]+$/;

/** As one word of a shell, which runs nothing in it: users choose parts of their names. */
const word = ({ name }: Holder): string =>
  PLAIN.test(name) ? name : `'${name.replaceAll("'", "'\\''")}'`;

/** ` until it resets`, and when; nothing for what never does. */
const untilReset = (resetsAt: string | null, saysWhen = false): string =>
  resetsAt === null ? '' : ` until it resets${saysWhen ? ` at ${resetsAt}` : ''}`;

const ofWindow = ({ window }: LimitSnapshot): string =>
  window === 'total' ? '' : ` of this ${window}`;
