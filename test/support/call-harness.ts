/** Runs calls through the real steps, with a scripted model and a real ledger. */
import { DynamoDbIdempotency } from '../../adapters/dynamodb-idempotency.ts';
import { systemDigest } from '../../adapters/system.ts';
import type { ConverseCall, ConverseResult } from '../../core/call/model/ports.ts';
import { type PipelinePorts, runPipeline } from '../../core/call/steps/pipeline.ts';
import { WaitingCalls } from '../../core/call/steps/waiting-calls.ts';
import { RecentCounters } from '../../core/ledger/recent-counters.ts';
import type { Policy } from '../../core/policy/policy.ts';
import type { TokenUsage } from '../../core/pricing/cost.ts';
import type { Alert } from '../../core/telemetry/alerts/alert-types.ts';
import type { AuditLine } from '../../core/telemetry/audit-line.ts';
import type { TestLedger } from './ledger.ts';

const usageOf = (over: Partial<TokenUsage> = {}): TokenUsage => ({
  inputTokens: 10,
  outputTokens: 20,
  cacheReadInputTokens: 0,
  cacheWriteInputTokens: 0,
  cacheWrite1hInputTokens: 0,
  ...over,
});

export const answered = (over: Partial<TokenUsage> = {}): ConverseResult => ({
  outcome: 'succeeded',
  content: [{ text: 'Hello.' }],
  stopReason: 'end_turn',
  reported: usageOf(over),
});

export const failedWith = (name: string): ConverseResult => ({
  outcome: 'failed',
  failure: { name, message: 'said by the test' },
});

export const request = (over: Record<string, unknown> = {}): Record<string, unknown> => ({
  model: 'haiku',
  prompt: { messages: [{ role: 'user', content: 'Hi' }], parameters: { max_tokens: 100 } },
  tags: { applicationId: 'faq', costCenter: 'retail', environment: 'production' },
  ...over,
});

export interface CallHarness {
  readonly ports: PipelinePorts;
  readonly calls: ConverseCall[];
  readonly metrics: Record<string, unknown>[];
  readonly audit: AuditLine[];
  readonly alerts: Alert[];
  readonly warnings: string[];
  /** Responses of the model, in turn; the last one stays. */
  script: ConverseResult[];
  policy: Policy;
  run(input: unknown): ReturnType<typeof runPipeline>;
}

let ids = 0;

export function callHarnessOn(table: TestLedger, policy: Policy): CallHarness {
  const harness: CallHarness = {
    calls: [],
    metrics: [],
    audit: [],
    alerts: [],
    warnings: [],
    script: [answered()],
    policy,
    ports: {
      policies: { load: async () => harness.policy },
      ledger: table.ledger,
      idempotency: new DynamoDbIdempotency(table.client, table.table),
      digest: systemDigest,
      identity: { isOn: true, acceptsDirectStarts: true },
      clock: table.clock,
      ids: { uuid: () => `00000000-0000-4000-8000-${String(++ids).padStart(12, '0')}` },
      random: { next: () => 0.5 },
      sleeper: { sleep: async () => undefined },
      recent: new RecentCounters(table.clock),
      waiting: new WaitingCalls({ next: () => 0 }),
      models: {
        converse: async (call) => {
          harness.calls.push(call);
          const [next, ...rest] = harness.script;
          if (rest.length > 0) harness.script = rest;
          return next ?? answered();
        },
      },
      telemetry: {
        metrics: (record) => void harness.metrics.push({ ...record }),
        audit: (line) => void harness.audit.push(line),
      },
      alerts: { publish: async (alerts) => void harness.alerts.push(...alerts) },
      warn: (message) => void harness.warnings.push(message),
    },
    run: (input) => {
      const stopBy = table.clock.now() + 60_000;
      return runPipeline(harness.ports, input, { stopBy, endsBy: stopBy });
    },
  };
  return harness;
}
