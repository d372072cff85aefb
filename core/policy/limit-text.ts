/** Amounts and owners of limits, as text for people. */
import { formatUsd } from '../money.ts';
import type { Holder, Owner, Per, Unit } from './policy.ts';
import { UNKNOWN } from './user-name.ts';

/** `USD 5.00`, `1 request`, `20 input tokens`, from an amount in the limit's unit. */
export function formatAmount(unit: Unit, amount: number): string {
  if (unit === 'usd') return `USD ${formatUsd(amount)}`;
  const units = unit.replace('_', ' ');
  return `${amount} ${amount === 1 ? units.slice(0, -1) : units}`;
}

/** `cost center sales`, `model nova-lite`, `the organization`, `user alice@example.com in sales`. */
export function formatOwner({ kind, name, holder }: Owner): string {
  const owner =
    kind === 'organization'
      ? 'the organization'
      : `${kind === 'model' ? 'model' : 'cost center'} ${name}`;
  return holder ? `${formatHolder(holder)} in ${owner}` : owner;
}

/** `user alice@example.com`, `session 3f2a…`, or all calls that name none. */
export const formatHolder = ({ kind, name }: Holder): string =>
  name === UNKNOWN ? `calls without a ${kind}` : `${kind} ${name}`;

/** `per day`, `in total`. */
export const perWindow = (window: string): string =>
  window === 'total' ? 'in total' : `per ${window}`;

/** How the calls of an owner get a counter that is not shared by all that name none. */
export function unnamedText({ holder }: Owner): string {
  if (holder?.name !== UNKNOWN) return '';
  return ` They share one counter: ${NAME_ONE[holder.kind]} to get a separate one.`;
}

const NAME_ONE: Readonly<Record<Per, string>> = {
  user: 'use a key or token that names the user',
  key: 'use a key',
  session: 'send the header x-sentry-session, with a value for each session,',
};

/** When a limit can be used again. */
export const resetText = (resetsAt: string | null): string =>
  resetsAt === null ? 'It never resets: raise the limit.' : `It resets at ${resetsAt}.`;
