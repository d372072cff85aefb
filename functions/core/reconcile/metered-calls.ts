/** What was metered, from the audit log instead of metrics: exact, and without CloudWatch. */
import { dayAt } from '../days.ts';
import type { TraceCall } from '../simulate/trace-call.ts';
import { own, type Side } from './collect.ts';
import { addTo } from './measure.ts';
import type { Span } from './ports.ts';

/** Calls that ended outside the span are passed over; a line that is there twice counts once. */
export async function meteredCalls(calls: AsyncIterable<TraceCall>, span: Span): Promise<Side> {
  const side: Side = { series: new Map(), owners: new Map() };
  const seen = new Set<string>();
  for await (const { line, endsAt } of calls) {
    const { tags, usage, model, actualNanoUsd = 0, requestId, at } = line;
    const day = dayAt(endsAt);
    if (!usage || day < span.from || day >= span.to) continue;
    const name = `${requestId} ${at}`;
    if (seen.has(name)) continue;
    seen.add(name);
    const id = tags.modelMetric ?? model;
    own(side.owners, id, { costCenter: tags.costCenter, model });
    addTo(side.series, id, day, {
      input: usage.inputTokens,
      output: usage.outputTokens,
      cacheRead: usage.cacheReadInputTokens,
      cacheWrite: usage.cacheWriteInputTokens,
      nanoUsd: BigInt(actualNanoUsd),
    });
  }
  return side;
}
