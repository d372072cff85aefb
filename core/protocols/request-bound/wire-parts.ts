/** Several requests for one model as one candidate, reserved at the worst case of all of them. */
import { sumOfAmounts } from '../../ledger/effective-limits.ts';
import { toWireCandidate, type WireCandidate, type WireRequest } from './wire-candidate.ts';

export function toWireCandidates(
  [first, ...others]: readonly [WireRequest, ...WireRequest[]],
  target: Parameters<typeof toWireCandidate>[1],
): ReturnType<typeof toWireCandidate> {
  const whole = toWireCandidate(first, target);
  if (whole.outcome === 'not_valid' || others.length === 0) return whole;
  const parts: WireCandidate[] = [whole.candidate];
  for (const other of others) {
    const result = toWireCandidate(other, target);
    if (result.outcome === 'not_valid') return result;
    parts.push(result.candidate);
  }
  const worstCase = sumOfAmounts(parts.map((part) => part.worstCase));
  if (Object.values(worstCase).includes(Number.MAX_SAFE_INTEGER)) {
    const message = 'could cost more than the ledger counts: send fewer inputs in one request';
    return { outcome: 'not_valid', problems: [{ path: '$', message }] };
  }
  return { outcome: 'valid', candidate: { ...whole.candidate, worstCase, parts } };
}
