/** Where limits are read and changed: a ledger table, or a sandbox. */

import type { InputProblem } from '../../core/input-problem.ts';
import type { LimitsReport } from '../../core/insight/usage/limits-report.schema.ts';
import type { NamedHolder } from '../../core/policy/named-holder.ts';
import type { OverrideRequest } from '../../core/policy/plan-override.ts';

/** Methods throw a SentryError if the source is unavailable. */
export interface LimitsSource {
  /** @param named whose amounts are shown where each of its kind has an own counter. */
  report(named?: NamedHolder): Promise<LimitsReport>;
  /** Checks and stores a change. If it has problems, they are returned and nothing is stored. */
  change(change: OverrideRequest): Promise<readonly InputProblem[]>;
  close(): void;
}
