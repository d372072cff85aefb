/** Items that count the sessions of one caller and minute, and whether a session has begun. */
import type { SessionStart } from '../core/ledger/ports.ts';
import {
  type Expression,
  isAbsent,
  number,
  Placeholders,
  TTL,
} from './dynamodb-ledger-expressions.ts';
import type { AttributeMap } from './dynamodb-reservation-encoding.ts';

/** Whether a reserve has written the item of a session: each sets when it can be deleted. */
export const isBegun = (item: AttributeMap): boolean => item[TTL] !== undefined;

const STARTED = 'n';

/** 64 bits of its hash tell a session from the others of one caller and minute. */
const startName = ({ session }: SessionStart): string => `t_${session.slice(0, 16)}`;

/** Counts a session of the minute, unless it is counted or there are as many as may be. */
export function startExpression(start: SessionStart): Expression {
  const p = new Placeholders();
  const [session, count, ttl] = [p.name(startName(start)), p.name(STARTED), p.name(TTL)];
  const one = p.value(number(1));
  const isFew = `(${isAbsent(count)} OR ${count} < ${p.value(number(start.max))})`;
  const update = `SET ${session} = ${one}, ${ttl} = ${p.value(number(start.keptUntil))}`;
  return p.expression(`${update} ADD ${count} ${one}`, `${isAbsent(session)} AND ${isFew}`);
}

export const isStarted = (item: AttributeMap | undefined, start: SessionStart): boolean =>
  item?.[startName(start)] !== undefined;
