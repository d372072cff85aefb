/** The answer to a denied call, in words and figures. */
import type { DenyingLimit } from '../../ledger/denial.ts';
import { percentOf } from '../../ledger/effective-limits.ts';
import { formatAmount, formatOwner } from '../../policy/limit-text.ts';
import type { RequestTags } from '../../request-tags.ts';
import type { EpochMs } from '../../time.ts';
import { type ProblemDetails, problemDetails } from './answers.ts';
import { denyingLimitBody } from './limit-body.ts';

export function limitExceeded(
  tags: RequestTags,
  denying: DenyingLimit,
  now: EpochMs,
): ProblemDetails {
  return problemDetails('limit_exceeded', tags, detailOf(denying), {
    limit: denyingLimitBody(denying),
    retryAfter: Math.max(1, Math.ceil((denying.retryAt - now) / 1000)),
  });
}

function detailOf(denying: DenyingLimit): string {
  const { name, owner, window, unit, used, reserved, requested, ceilingPercent } = denying;
  if (window === 'in_flight') {
    return (
      `${denying.limit} calls of ${formatOwner(owner)} are in flight, as many as ` +
      'ledger.in_flight_max allows: send it again when one of them has ended.'
    );
  }
  const of = `limit ${name} of ${formatOwner(owner)}`;
  const subject =
    ceilingPercent === undefined ? upperFirst(of) : `The ${ceilingPercent} % ceiling of ${of}`;
  const most = percentOf(denying.limit, ceilingPercent ?? 100);
  const inUnit = (amount: number) => formatAmount(unit, amount);
  const when =
    denying.reason === 'used'
      ? `It resets at ${denying.resetsAt}.`
      : 'It fits when some of the calls in flight have ended.';
  return (
    `${subject} would be exceeded: ${inUnit(used)} of ${inUnit(most)} per ${window} used, ` +
    `${inUnit(reserved)} reserved by calls in flight, up to ${inUnit(requested)} requested by this ` +
    `call. ${when}`
  );
}

const upperFirst = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
