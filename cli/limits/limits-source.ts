/** Where limits are read and changed: a ledger table, an API or a sandbox. */

import type { InputProblem } from '../../core/input-problem.ts';
import type { LimitsReport } from '../../core/insight/usage/limits-report.schema.ts';
import type { JsonObject } from '../../core/json-value.ts';
import type { NamedHolder } from '../../core/policy/named-holder.ts';
import type { OverrideRequest } from '../../core/policy/plan-override.ts';

/** Methods throw a SentryError if the source is unavailable. */
export interface LimitsSource {
  /** @param named whose amounts are shown where each of its kind has an own counter. */
  report(named?: NamedHolder): Promise<LimitsReport>;
  /** Whether it knows who asks, and records that identity as the author. */
  readonly hasIdentity: boolean;
  /** Checks and stores a change, and reports it. If it has problems, nothing is stored. */
  change(
    change: OverrideRequest,
  ): Promise<{ readonly value: JsonObject } | { readonly problems: readonly InputProblem[] }>;
  close(): void;
}
