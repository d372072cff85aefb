/** Calls of one cost center against a ledger, as the workflow's steps make them. */
import type { AmountsByUnit } from '../../core/ledger/effective-limits.ts';
import type { AccountKey, CounterState, LedgerStore } from '../../core/ledger/ports.ts';
import type { Reservation } from '../../core/ledger/reservation.ts';
import { reserve } from '../../core/ledger/reserve.ts';
import type { ReserveRequest } from '../../core/ledger/reserve-request.ts';
import type { CallIdentity } from '../../core/policy/limit-of-holder.ts';
import type { Policy } from '../../core/policy/policy.ts';
import type { TestLedger } from './ledger.ts';
import { limitsConfig, policyOf } from './policy.ts';

export interface Call {
  readonly id?: string;
  readonly attempt?: string;
  /** Given where the reserving step runs again. */
  readonly run?: string;
  readonly worstCase?: AmountsByUnit;
  readonly environment?: string;
  readonly fallback?: AmountsByUnit;
  readonly store?: LedgerStore;
  readonly who?: CallIdentity;
}

export type Decision = Awaited<ReturnType<typeof reserve>>;

let ids = 0;

/** One request of `tokens` tokens, half of them input, at a price of `usd` nano-USD. */
export const amounts = (usd: number, tokens = 100): AmountsByUnit => ({
  requests: 1,
  tokens,
  input_tokens: tokens / 2,
  output_tokens: tokens / 2,
  usd,
});

/** A cost center with a unique name, so that tests can share a table. */
export class CenterCalls {
  readonly center = `center-${++ids}`;
  readonly #table: TestLedger;

  constructor(table: TestLedger) {
    this.#table = table;
  }

  withLimits(limits: readonly object[], over: Record<string, unknown> = {}): Policy {
    const center = { model: 'haiku', models: ['haiku', 'micro'], applications: ['faq'], limits };
    return policyOf(limitsConfig([], { cost_centers: { [this.center]: center }, ...over }));
  }

  request(policy: Policy, call: Call = {}): ReserveRequest {
    const { environment = 'production', worstCase = amounts(1_000), fallback, who } = call;
    const first: ReserveRequest['candidates'][number] = { model: 'haiku', worstCase };
    return {
      policy,
      scope: { costCenter: this.center, application: 'faq', environment, ...(who && { who }) },
      candidates: fallback ? [first, { model: 'micro', worstCase: fallback }] : [first],
      reservationId: call.id ?? `call-${++ids}`,
      attemptId: call.attempt ?? 'attempt',
      ...(call.run !== undefined && { runId: call.run }),
      now: this.#table.clock.now(),
      endsBy: this.#table.clock.now(),
    };
  }

  reserve(policy: Policy, call: Call = {}): Promise<Decision> {
    return reserve(call.store ?? this.#table.ledger, this.request(policy, call));
  }

  async reserved(policy: Policy, call: Call = {}): Promise<Reservation> {
    const decision = await this.reserve(policy, call);
    if (decision.outcome === 'reserved') return decision.reservation;
    throw new Error(`not reserved: ${JSON.stringify(decision)}`);
  }

  get owner(): string {
    return `costCenter#${this.center}`;
  }

  account(shard = 0): AccountKey {
    return `account#${this.owner}#${shard}`;
  }

  async counter(key: string, of = this.account()): Promise<CounterState | undefined> {
    return (await this.#table.counters(of)).get(key);
  }
}
