/** Chooses where limits are read and changed: a ledger table, an API or a sandbox. */
import { ledgerTarget, type TargetFlags } from '../remote/target.ts';
import type { FoundSource } from '../remote/with-source.ts';
import type { Io } from '../terminal/io.ts';
import type { LimitsSource } from './limits-source.ts';
import { remoteLimits } from './remote-limits.ts';
import { tableLimits } from './table-limits.ts';

export function openLimitsSource(flags: TargetFlags, io: Io): FoundSource<LimitsSource> {
  const target = ledgerTarget(flags, io);
  if ('problem' in target) return target;
  return 'url' in target ? remoteLimits(target.url, io) : { source: tableLimits(target.table, io) };
}
