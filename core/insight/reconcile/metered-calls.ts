/** Reads metered usage from the audit log instead of metrics: exact, and without CloudWatch. */
import { dayAt } from '../../utc-days.ts';
import type { TraceCall } from '../trace/trace-call.ts';
import { assignOwner, type UsageSide } from './collect-usage.ts';
import type { DateRange } from './ports.ts';
import { addUsageToDay } from './usage-and-cost.ts';

/** Calls that ended outside the period are skipped; a duplicate line counts once. */
export async function meteredCalls(
  calls: AsyncIterable<TraceCall>,
  span: DateRange,
): Promise<UsageSide> {
  const side: UsageSide = { series: new Map(), owners: new Map() };
  const seen = new Set<string>();
  for await (const { line, endsAt } of calls) {
    const { tags, usage, model, actualNanoUsd = 0, requestId, at } = line;
    const day = dayAt(endsAt);
    if (!usage || day < span.from || day >= span.to) continue;
    const name = `${requestId} ${at}`;
    if (seen.has(name)) continue;
    seen.add(name);
    const id = tags.modelMetric ?? model;
    assignOwner(side.owners, id, { costCenter: tags.costCenter, model });
    addUsageToDay(side.series, id, day, {
      input: usage.inputTokens,
      output: usage.outputTokens,
      cacheRead: usage.cacheReadInputTokens,
      cacheWrite: usage.cacheWriteInputTokens,
      nanoUsd: BigInt(actualNanoUsd),
    });
  }
  return side;
}
