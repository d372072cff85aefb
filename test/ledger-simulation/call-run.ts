/** One call from its start to its end, as a workflow of separate steps or in one process. */

import { DynamoDbIdempotency } from '../../adapters/dynamodb-idempotency.ts';
import { systemDigest } from '../../adapters/system.ts';
import type { ConverseCall, ConverseResult } from '../../core/call/model/ports.ts';
import { invokeModel } from '../../core/call/steps/invoke-model.ts';
import type { PipelinePorts } from '../../core/call/steps/pipeline.ts';
import { type RecordInput, recordOutcome } from '../../core/call/steps/record-outcome.ts';
import { releaseTooLarge } from '../../core/call/steps/request-too-large.ts';
import { reserveBudget } from '../../core/call/steps/reserve-budget.ts';
import type {
  ApprovedCall,
  ReserveOutcome,
  ValidationOutcome,
} from '../../core/call/steps/state.ts';
import { validateAndSetContext } from '../../core/call/steps/validate-and-set-context.ts';
import { WaitingCalls } from '../../core/call/steps/waiting-calls.ts';
import type { LedgerStore } from '../../core/ledger/ports.ts';
import { release, settle } from '../../core/ledger/settle.ts';
import type { AuditLine } from '../../core/telemetry/audit-line.ts';
import { callerOf } from './callers.ts';
import { changed } from './changed-store.ts';
import { type Host, HostCrashed, type Life, survived } from './network.ts';
import type { Truth } from './oracle.ts';
import { type CallPlan, RELEASED } from './plan.ts';
import { type ModelName, POLICY_CACHE_MS } from './policies.ts';
import type { Random } from './random.ts';
import { reportOf } from './report.ts';
import { faultsInTurn, type SimulatedRun, TABLE, type Variation } from './simulated-run.ts';
import { playStream } from './stream-run.ts';

class StepTimedOut extends Error {}
class ExecutionTimedOut extends Error {}

/** As `workflow.asl.json.tftpl` says. */
const WORKFLOW = {
  stepMs: 30_000,
  invokeMs: 240_000,
  /** Of the execution, and its last step. */
  executionMs: 330_000,
  triesMax: 3,
  retryMs: 1_000,
  stateBytesMax: 262_144,
} as const;

export class CallRun {
  readonly #run: SimulatedRun;
  readonly #call: CallPlan;
  readonly #random: Random;
  readonly #truth: Truth;
  readonly #nextFault: ReturnType<typeof faultsInTurn>;
  #endsBy = Number.POSITIVE_INFINITY;
  #answers = 0;
  #ids = 0;

  constructor(run: SimulatedRun, call: CallPlan, random: Random) {
    this.#run = run;
    this.#call = call;
    this.#random = random;
    this.#truth = run.oracle.begin(call);
    this.#nextFault = faultsInTurn(call.faults);
  }

  async play(): Promise<void> {
    const work = this.#work();
    await work.catch((error: unknown) => {
      const isEnd = error instanceof HostCrashed || error instanceof ExecutionTimedOut;
      if (!isEnd) throw error;
    });
  }

  #work(): Promise<void> {
    switch (this.#call.execution) {
      case 'workflow':
        return this.#workflow();
      case 'direct':
        return this.#direct();
      case 'stream':
        return this.#stream();
    }
  }

  /** One process, as in `direct`, that relays a stream. */
  async #stream(): Promise<void> {
    const host = this.#pickHost();
    const { life } = host;
    const parts = { run: this.#run, call: this.#call, truth: this.#truth, host };
    const work = playStream({ ...parts, withinMs: WORKFLOW.invokeMs }, this.#portsOn(life));
    await this.#during(life, work);
  }

  /** Every step may run on another host; the state goes on as JSON; some steps are tried again. */
  async #workflow(): Promise<void> {
    const [beforeReserve = 0, beforeInvoke = 0, beforeRecord = 0] = this.#call.pauses;
    const { scheduler } = this.#run;
    this.#endsBy = scheduler.now + WORKFLOW.executionMs - WORKFLOW.stepMs;
    const validated = await this.#step(1, WORKFLOW.stepMs, (ports) => this.#validate(ports));
    if (validated === undefined) return;
    let state: RecordInput = validated;
    if (validated.status === 'valid') {
      await scheduler.sleep(beforeReserve);
      const reserved = await this.#step(WORKFLOW.triesMax, WORKFLOW.stepMs, async (ports, tries) =>
        this.#carried(ports, await this.#reserve(ports, validated, tries > 1)),
      );
      state = reserved ?? validated;
      if (reserved?.status === 'approved') {
        await scheduler.sleep(beforeInvoke);
        const invoke = (ports: PipelinePorts) => this.#invoke(ports, reserved, WORKFLOW.invokeMs);
        state = (await this.#step(1, WORKFLOW.invokeMs, invoke)) ?? reserved;
      }
    }
    await scheduler.sleep(beforeRecord);
    const last = state;
    await this.#step(WORKFLOW.triesMax, WORKFLOW.stepMs, (ports) => this.#record(ports, last));
  }

  /** One process, and a crash ends all of it. */
  async #direct(): Promise<void> {
    const life = this.#pickHost().life;
    const ports = this.#portsOn(life);
    await this.#during(life, this.#inOneProcess(ports));
  }

  async #inOneProcess(ports: PipelinePorts): Promise<void> {
    const validated = await this.#validate(ports);
    const reserved =
      validated.status === 'valid' ? await this.#reserve(ports, validated) : validated;
    this.#noteDecision(reserved);
    const last =
      reserved.status === 'approved'
        ? await this.#invoke(ports, reserved, WORKFLOW.invokeMs)
        : reserved;
    await this.#record(ports, last);
  }

  async #validate(ports: PipelinePorts): Promise<ValidationOutcome> {
    const { model, environment, costCenter, maxTokens, textLength, requestId, session } =
      this.#call;
    const caller = callerOf(this.#call);
    const request = {
      model,
      prompt: {
        messages: [{ role: 'user', content: 'x'.repeat(textLength) }],
        parameters: { max_tokens: maxTokens },
      },
      tags: { applicationId: 'faq', costCenter, environment },
    };
    const validated = await validateAndSetContext(ports, {
      request,
      requestId,
      receivedAt: ports.clock.now(),
      ...(caller && { caller }),
      ...(session && { session }),
    });
    if (validated.status === 'valid') {
      for (const candidate of validated.candidates) {
        const { input_tokens: input, output_tokens: output } = candidate.worstCase;
        this.#truth.worst[modelNamed(candidate.model)] = { input, output };
      }
    }
    return validated;
  }

  async #reserve(
    ports: PipelinePorts,
    valid: Extract<ValidationOutcome, { status: 'valid' }>,
    again = false,
  ): Promise<ReserveOutcome> {
    if (this.#truth.phase === 'begun') {
      this.#truth.phase = 'reserving';
      this.#truth.reservingSince = this.#run.scheduler.now;
    }
    const endsBy = ports.clock.now() + WORKFLOW.executionMs;
    return reserveBudget(ports, valid, { isRepeat: again, endsBy });
  }

  /** The reserving step releases a call whose state the workflow cannot carry. */
  async #carried(ports: PipelinePorts, reserved: ReserveOutcome) {
    if (reserved.status !== 'approved' || !this.#call.isTooLarge) return reserved;
    if (this.#run.variation?.chargesTooLarge) {
      await settle(ports.ledger, reserved.reservation, reserved.candidate.worstCase);
    }
    let isReleased = true;
    const warn = () => {
      isReleased = false;
    };
    const { stateBytesMax } = WORKFLOW;
    const bytes = stateBytesMax + 1;
    const state = await releaseTooLarge({ ...ports, warn }, reserved, bytes, stateBytesMax);
    this.#truth.isReleasedTooLarge = isReleased;
    return state;
  }

  async #invoke(ports: PipelinePorts, approved: ApprovedCall, withinMs: number) {
    this.#truth.phase = 'invoking';
    const state = await invokeModel(ports, approved, ports.clock.now() + withinMs);
    const isTimeout = state.status === 'failed' && state.charge.basis === 'worst_case';
    if (isTimeout && this.#run.variation?.releasesOnTimeout)
      await release(ports.ledger, state.reservation).catch(() => undefined);
    return mistaken(state, this.#run.variation);
  }

  async #record(ports: PipelinePorts, state: RecordInput) {
    this.#truth.phase = 'recording';
    const { refusedByModel, billed } = this.#truth;
    if (state.status === 'failed' && refusedByModel && !billed)
      this.#truth.isRefusalRecorded = true;
    const settlements = new Set<string>();
    const audit = (line: AuditLine) => {
      settlements.add(line.settlement ?? '');
      ports.telemetry.audit(line);
    };
    const ledger = this.#leavesToLease(state) ? settlingNothing(ports.ledger) : ports.ledger;
    const telemetry = { ...ports.telemetry, audit };
    const output = await recordOutcome({ ...ports, ledger, telemetry }, state);
    const isRecorded = state.status === 'failed' || state.status === 'succeeded';
    if (isRecorded && !settlements.has('pending')) this.#run.oracle.recorded(this.#truth);
    return output;
  }

  #leavesToLease(state: RecordInput): boolean {
    const isUnknown = state.status === 'failed' && state.charge.basis === 'worst_case';
    return isUnknown && this.#run.variation?.leavesUnknownToLease === true;
  }

  /** @returns undefined when the step failed for good. */
  async #step<T>(
    triesMax: number,
    withinMs: number,
    work: (ports: PipelinePorts, tries: number) => Promise<T>,
  ): Promise<T | undefined> {
    const { scheduler } = this.#run;
    for (let tries = 1; ; tries++) {
      // An execution that takes too long starts no step any more.
      if (scheduler.now >= this.#endsBy) throw new ExecutionTimedOut();
      const { life } = this.#pickHost();
      const timer = scheduler.sleep(withinMs).then(() => {
        throw new StepTimedOut();
      });
      timer.catch(() => undefined);
      try {
        const state = await this.#during(
          life,
          Promise.race([work(this.#portsOn(life), tries), timer]),
        );
        this.#noteDecision(state);
        return handedOver(state);
      } catch (error) {
        if (!(error instanceof HostCrashed || error instanceof StepTimedOut)) throw error;
        if (tries === triesMax) return undefined;
        await scheduler.sleep(WORKFLOW.retryMs);
      }
    }
  }

  /** Only what the workflow got to know counts: a state that was lost decided nothing. */
  #noteDecision(state: unknown): void {
    if (this.#truth.phase !== 'reserving' || typeof state !== 'object' || state === null) return;
    noteDecision(this.#run, this.#truth, state);
  }

  #during<T>(life: Life, work: Promise<T>): Promise<T> {
    return Promise.race([work, life.ended]);
  }

  #pickHost(): Host {
    const { hosts } = this.#run;
    const host = hosts[this.#random.integer(0, hosts.length - 1)];
    if (!host) throw new Error('a plan has a host');
    return host;
  }

  #portsOn(life: Life): PipelinePorts {
    const { scheduler } = this.#run;
    const { store, clock, client } = this.#run.ledgerOn(
      life,
      this.#random,
      this.#nextFault,
      this.#truth,
    );
    const cacheAge = this.#random.integer(0, POLICY_CACHE_MS);
    return {
      policies: { load: async () => this.#run.policyOf(cacheAge) },
      ledger: store,
      idempotency: new DynamoDbIdempotency(client, TABLE),
      digest: systemDigest,
      identity: { isOn: false, acceptsDirectStarts: false },
      clock,
      ids: { uuid: () => `${this.#call.id}~${this.#ids++}` },
      random: { next: () => this.#random.next() },
      recent: this.#run.recentOf(life),
      waiting: new WaitingCalls({ next: () => 0 }),
      sleeper: { sleep: (milliseconds) => survived(life, scheduler.sleep(milliseconds)) },
      models: { converse: (call) => survived(life, this.#converse(call, clock.now())) },
      telemetry: {
        metrics: () => undefined,
        audit: ({ settlement = '' }) => void this.#truth.settlements.add(settlement),
      },
      alerts: this.#run.alertsFrom(this.#random),
      warn: () => undefined,
    };
  }

  async #converse({ candidate, deadline }: ConverseCall, hostNow: number): Promise<ConverseResult> {
    const model: ModelName = candidate.modelId.includes('big') ? 'big' : 'small';
    this.#run.oracle.invoked(this.#truth, model);
    const { answers } = this.#call;
    const answer = answers[Math.min(this.#answers++, answers.length - 1)];
    if (!answer) throw new Error('a call has an answer');
    const bound = this.#truth.worst[model] ?? { input: 0, output: 0 };
    const tokens = {
      input: Math.floor((bound.input * answer.inputPercent) / 100),
      output: Math.floor((bound.output * answer.outputPercent) / 100),
    };
    const isLate = answer.milliseconds > deadline - hostNow;
    const isRefused = RELEASED.some((name) => name === answer.outcome);
    const isBilled = isLate || !isRefused;
    const isUnreadable = answer.report !== 'complete' || tokens.input === 0 || tokens.output === 0;
    if (isBilled)
      this.#truth.billed = { tokens, isKnown: !isLate && answer.outcome === 'ok', isUnreadable };
    else this.#truth.refusedByModel = true;
    await this.#run.scheduler.sleep(isLate ? Math.max(0, deadline - hostNow) : answer.milliseconds);
    const failure = isLate ? 'DeadlineExceeded' : answer.outcome;
    if (failure !== 'ok')
      return { outcome: 'failed', failure: { name: failure, message: 'planned' } };
    return {
      outcome: 'succeeded',
      content: [{ text: 'x' }],
      stopReason: 'end_turn',
      reported: reportOf(answer, tokens),
    };
  }
}

/** Answers as if it had settled. */
const settlingNothing = (store: LedgerStore): LedgerStore =>
  changed(store, {
    settle: async ({ amounts }) => ({
      outcome: 'settled',
      counters: new Map(),
      added: new Map(amounts.map(({ key, actual }) => [key, actual])),
    }),
  });

type Invoked = Awaited<ReturnType<typeof invokeModel>>;

/** The outcome of a call, with the mistake of a variation. */
function mistaken(state: Invoked, variation: Variation | undefined): Invoked {
  if (variation?.chargesRefusals && state.status === 'failed') {
    const amounts = state.candidate.worstCase;
    return { ...state, charge: { ...state.charge, basis: 'worst_case', amounts } };
  }
  const isUnknown = state.status === 'succeeded' && state.charge.basis === 'worst_case';
  const tokens = variation?.tokensOfUnknownUsage;
  if (!isUnknown || tokens === undefined) return state;
  const [requests, usd] = [1, tokens * 1_000];
  const amounts = { requests, tokens, input_tokens: tokens, output_tokens: tokens, usd };
  return { ...state, charge: { ...state.charge, basis: 'settled', amounts } };
}

const modelNamed = (alias: string): ModelName => (alias === 'big' ? 'big' : 'small');

const handedOver = <T>(state: T): T => JSON.parse(JSON.stringify(state));

function noteDecision(run: SimulatedRun, truth: Truth, state: object): void {
  if (!('status' in state)) return;
  if (state.status === 'approved') {
    const reservation = 'reservation' in state ? state.reservation : undefined;
    const isOfHolder = JSON.stringify(reservation).includes('"basis":"reserved"');
    run.oracle.decided(truth, isOfHolder ? 'approved' : 'unreserved');
  } else run.oracle.decided(truth, state.status === 'denied' ? 'denied' : 'other');
}
