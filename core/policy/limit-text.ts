/** Amounts and owners of limits, as text for people. */
import { formatUsd } from '../money.ts';
import type { Owner, Unit } from './policy.ts';

/** `USD 5.00`, `1 request`, `20 input tokens`, from an amount in the limit's unit. */
export function formatAmount(unit: Unit, amount: number): string {
  if (unit === 'usd') return `USD ${formatUsd(amount)}`;
  const units = unit.replace('_', ' ');
  return `${amount} ${amount === 1 ? units.slice(0, -1) : units}`;
}

/** `cost center sales`, `model nova-lite`, `the organization`. */
export const formatOwner = ({ kind, name }: Owner): string =>
  kind === 'organization'
    ? 'the organization'
    : `${kind === 'model' ? 'model' : 'cost center'} ${name}`;
