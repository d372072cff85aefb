/** Audit lines of calls that a test makes up. */
import type { AuditLine } from '../../core/telemetry/audit-line.ts';
import { isoTimestamp } from '../../core/time.ts';

interface MadeUp {
  readonly id?: string;
  /** ISO 8601. */
  readonly start?: string;
  readonly ms?: number;
  readonly model?: string;
  readonly costCenter?: string;
  /** Tokens bounded at 1,000 in and 500 out; used when it ran. */
  readonly tokens?: readonly [input: number, output: number];
}

let ids = 0;

function common({
  id,
  start = '2026-11-23T14:00:00.000Z',
  ms = 0,
  model = 'haiku',
  ...rest
}: MadeUp) {
  const requestId = id ?? `call-${++ids}`;
  return {
    kind: 'audit',
    requestId,
    at: isoTimestamp(Date.parse(start) + ms),
    tags: {
      requestId,
      timestamp: start,
      applicationId: 'faq',
      costCenter: rest.costCenter ?? 'retail',
      environment: 'production',
    },
    model,
    bounds: [{ model, inputTokens: 1_000, outputTokens: 500 }],
  } as const;
}

/** A call that the model answered. */
export function answeredLine(call: MadeUp = {}, over: Partial<AuditLine> = {}): AuditLine {
  const [inputTokens, outputTokens] = call.tokens ?? [100, 50];
  return {
    ...common(call),
    decision: 'approved',
    outcome: 'succeeded',
    usage: {
      inputTokens,
      outputTokens,
      cacheReadInputTokens: 0,
      cacheWriteInputTokens: 0,
      cacheWrite1hInputTokens: 0,
    },
    settlement: 'settled',
    ...over,
  };
}

export const deniedLine = (call: MadeUp = {}, over: Partial<AuditLine> = {}): AuditLine => ({
  ...common(call),
  decision: 'denied',
  outcome: 'denied',
  limit: 'retail/budget',
  ...over,
});
