/** The sweep over the real ledger, settings, samples and policy store; bus and log are lists. */
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { createDynamoDbKeyChanges } from '../../adapters/dynamodb-key-changes.ts';
import { createDynamoDbPolicySource } from '../../adapters/dynamodb-policy.ts';
import { createDynamoDbSweepStore } from '../../adapters/dynamodb-sweep.ts';
import { createDynamoDbUsageHistory } from '../../adapters/dynamodb-usage-history.ts';
import type { UsageHistory } from '../../core/insight/forecast/ports.ts';
import { sweepReservations } from '../../core/jobs/sweep-reservations.ts';
import type { Reservation } from '../../core/ledger/reservation.ts';
import { reserve } from '../../core/ledger/reserve.ts';
import type { Policy } from '../../core/policy/policy.ts';
import { toPolicyItems } from '../../core/policy/policy-items.ts';
import type { Alert } from '../../core/telemetry/alerts/alert-types.ts';
import type { KeyAuditLine, OverrideAuditLine } from '../../core/telemetry/audit-line.ts';
import type { MetricRecord } from '../../core/telemetry/metric-record.ts';
import { startLedger, type TestLedger } from './ledger.ts';
import { limitsConfig } from './policy.ts';

type SweepPorts = Parameters<typeof sweepReservations>[0];

/** A limit of ten calls, and its counter. */
export const calls = { name: 'calls', window: 'month', unit: 'requests', amount: 10 };
export const MONTH = 'calls_2026-11';

export const ONE_CALL = {
  requests: 1,
  tokens: 100,
  input_tokens: 50,
  output_tokens: 50,
  usd: 1_000,
} as const;
/** Of the one cost center. */
export const ACCOUNT = 'account#costCenter#retail#0';

let ids = 0;

export class SweepHarness {
  readonly alerts: Alert[] = [];
  readonly metrics: MetricRecord[] = [];
  /** Of every sweep. */
  readonly itemSizes: MetricRecord[] = [];
  readonly audit: (OverrideAuditLine | KeyAuditLine)[] = [];
  readonly warnings: string[] = [];
  readonly table: TestLedger;
  readonly history: UsageHistory;

  private constructor(table: TestLedger) {
    this.table = table;
    this.history = createDynamoDbUsageHistory(table.client, table.table);
  }

  static async start(): Promise<SweepHarness> {
    return new SweepHarness(await startLedger());
  }

  put(pk: string, sk: string, body: string): Promise<unknown> {
    const Item = { pk: { S: pk }, sk: { S: sk }, body: { S: body } };
    return this.table.client.send(new PutItemCommand({ TableName: this.table.table, Item }));
  }

  /** The update expressions that go to the table from now on; dynalite takes any length. */
  sentExpressions(): readonly string[] {
    const sent: string[] = [];
    this.table.client.middlewareStack.add(
      (next) => (args) => {
        if ('UpdateExpression' in args.input) sent.push(args.input.UpdateExpression ?? '');
        return next(args);
      },
      { step: 'initialize' },
    );
    return sent;
  }

  /** The policy that a function loads when it starts now. */
  loaded(): Promise<Policy> {
    const { client, table: tableName, clock } = this.table;
    const warn = (message: string) => void this.warnings.push(message);
    return createDynamoDbPolicySource({ client, tableName, clock, warn }).load();
  }

  async configure(
    limits: readonly object[],
    ledger: object = {},
    over: object = {},
  ): Promise<Policy> {
    for (const { pk, sk, body } of toPolicyItems(limitsConfig(limits, { ledger, ...over }))) {
      await this.put(pk, sk, body);
    }
    return this.loaded();
  }

  sweep(policy: Policy, over: Partial<SweepPorts> = {}, stopBy = Number.MAX_SAFE_INTEGER) {
    const { ledger, client, table, clock } = this.table;
    const ports: SweepPorts = {
      ledger,
      settings: createDynamoDbSweepStore(client, table),
      keyChanges: createDynamoDbKeyChanges(client, table),
      history: this.history,
      clock,
      alerts: { publish: async (more) => void this.alerts.push(...more) },
      telemetry: {
        metrics: (record) =>
          void ('AccountItemBytes' in record ? this.itemSizes : this.metrics).push(record),
        audit: (line) => void this.audit.push(line),
      },
      warn: (message) => void this.warnings.push(message),
      ...over,
    };
    return sweepReservations(ports, policy, stopBy);
  }

  async reserved(policy: Policy): Promise<Reservation> {
    const decision = await reserve(this.table.ledger, {
      policy,
      scope: { costCenter: 'retail', application: 'faq', environment: 'dev' },
      candidates: [{ model: 'haiku', worstCase: ONE_CALL }],
      reservationId: `call-${++ids}`,
      attemptId: 'attempt',
      now: this.table.clock.now(),
      endsBy: this.table.clock.now(),
    });
    if (decision.outcome !== 'reserved') throw new Error(`not reserved: ${decision.outcome}`);
    return decision.reservation;
  }

  pass(seconds: number): void {
    this.table.clock.at += seconds * 1_000;
  }

  /** Until the leases of all calls up to now have ended, and the sweep may end them. */
  passLease(policy: Policy): void {
    this.pass(policy.ledger.leaseSeconds + 10);
  }
}
