/** The answer to a denied call, in words and figures. */
import type { DenyingLimit } from '../../ledger/denial.ts';
import { percentOf } from '../../ledger/effective-limits.ts';
import { NEW_SESSIONS } from '../../ledger/session-starts.ts';
import {
  formatAmount,
  formatOwner,
  perWindow,
  resetText,
  unnamedText,
} from '../../policy/limit-text.ts';
import type { RequestTags } from '../../request-tags.ts';
import type { EpochMs } from '../../time.ts';
import { NEVER } from '../../windows.ts';
import { type ProblemDetails, problemDetails } from './answers.ts';
import { denyingLimitBody } from './limit-body.ts';

export function limitExceeded(
  tags: RequestTags,
  denying: DenyingLimit,
  now: EpochMs,
): ProblemDetails {
  const limit = denyingLimitBody(denying);
  // Another request may fit; the same one never does.
  if (denying.window === 'request') {
    return problemDetails('limit_exceeded', tags, requestDetail(denying), { limit, status: 400 });
  }
  return problemDetails('limit_exceeded', tags, detailOf(denying), {
    limit,
    ...(denying.retryAt < NEVER && {
      retryAfter: Math.max(1, Math.ceil((denying.retryAt - now) / 1000)),
    }),
  });
}

function requestDetail({ name, owner, unit, limit, requested }: DenyingLimit): string {
  return (
    `One request may take ${formatAmount(unit, limit)} at most, by the limit ${name} of ` +
    `${formatOwner(owner)}, and this one could take ${formatAmount(unit, requested)}: lower ` +
    'max_tokens or send a shorter prompt.'
  );
}

function detailOf(denying: DenyingLimit): string {
  const { name, owner, window, unit, used, reserved, requested, ceilingPercent } = denying;
  if (window === 'in_flight') {
    const why = denying.isRestricted
      ? 'as many as it may have in a shared account after many of its calls did not complete'
      : 'as many as ledger.in_flight_max allows';
    return (
      `${denying.limit} calls of ${formatOwner(owner)} are in flight, ${why}: ` +
      'send it again when one of them has ended.'
    );
  }
  if (name === NEW_SESSIONS) {
    return (
      `${upperFirst(formatOwner(owner))} has begun ${used} sessions in this minute, as many as ` +
      `ledger.new_sessions_per_minute allows: go on with one of them. ${resetText(denying.resetsAt)}`
    );
  }
  const of = `limit ${name} of ${formatOwner(owner)}`;
  const subject =
    ceilingPercent === undefined ? upperFirst(of) : `The ${ceilingPercent} % ceiling of ${of}`;
  const most = percentOf(denying.limit, ceilingPercent ?? 100);
  const inUnit = (amount: number) => formatAmount(unit, amount);
  const when =
    denying.reason === 'used'
      ? resetText(denying.resetsAt)
      : 'It fits when some of the calls in flight have ended.';
  return (
    `${subject} would be exceeded: ${inUnit(used)} of ${inUnit(most)} ${perWindow(window)} used, ` +
    `${inUnit(reserved)} reserved by calls in flight, up to ${inUnit(requested)} requested by this ` +
    `call. ${when}${remedyOf(denying, most)}`
  );
}

/** A sentence, after a space, with the remedies of a caller other than to wait. */
const remedyOf = ({ owner, unit, requested }: DenyingLimit, most: number): string =>
  (requested > most && unit !== 'requests'
    ? ' The call needs more than the whole limit: lower `max_tokens` or send a shorter prompt.'
    : '') + unnamedText(owner);

const upperFirst = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
