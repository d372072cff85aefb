/** A relayed stream of a simulated call: its events, its end, and a reader that can leave. */
import type { PipelinePorts } from '../../core/call/steps/pipeline.ts';
import type { JsonObject } from '../../core/json-value.ts';
import { release } from '../../core/ledger/settle.ts';
import type { StreamFrame } from '../../core/protocols/metering/stream-meter.ts';
import type { RelayPorts } from '../../core/protocols/relay/ports.ts';
import { prepareCall } from '../../core/protocols/relay/prepare-call.ts';
import { relayCall } from '../../core/protocols/relay/relay-call.ts';
import { callerOf } from './callers.ts';
import { changed } from './changed-store.ts';
import { type Host, survived } from './network.ts';
import type { Tokens, Truth } from './oracle.ts';
import { type CallPlan, type ModelAnswer, RELEASED, type StreamPlan } from './plan.ts';
import type { ModelName } from './policies.ts';
import { reportOf } from './report.ts';
import type { SimulatedRun } from './simulated-run.ts';

interface StreamRun {
  readonly run: SimulatedRun;
  readonly call: CallPlan;
  readonly truth: Truth;
  readonly host: Host;
  readonly withinMs: number;
}

export async function playStream(stream: StreamRun, steps: PipelinePorts): Promise<void> {
  const { run, call, truth, withinMs } = stream;
  /** False from a failure of the table until it takes a reservation. */
  let isReserved = true;
  const noted = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      if (truth.phase === 'reserving') isReserved = false;
      throw error;
    }
  };
  const ledger = changed(steps.ledger, {
    reserve: async (write) => {
      const result = await noted(steps.ledger.reserve(write));
      if (result.outcome !== 'denied') isReserved = true;
      return result;
    },
    startSession: (start) => noted(steps.ledger.startSession(start)),
    settle: (write) => noted(steps.ledger.settle(write)),
    find: (account, id) => noted(steps.ledger.find(account, id)),
    read: (accounts) => noted(steps.ledger.read(accounts)),
    async *contents(accounts, at) {
      const snapshots = steps.ledger.contents(accounts, at)[Symbol.asyncIterator]();
      for (let next = await noted(snapshots.next()); !next.done; ) {
        yield next.value;
        next = await noted(snapshots.next());
      }
    },
  });
  const decideApproved = () => run.oracle.decided(truth, isReserved ? 'approved' : 'unreserved');
  const ports: RelayPorts = {
    ...steps,
    ledger,
    frames: FRAMES,
    relay: { send: (sent) => send(stream, sent, steps.clock.now(), decideApproved) },
  };
  const now = steps.clock.now();
  const { requestId, model, costCenter, environment } = call;
  const caller = callerOf(call);
  const request = {
    operation: 'converse-stream' as const,
    requestId,
    receivedAt: now,
    deadline: now + withinMs,
    modelName: model,
    key: { costCenter, application: 'faq', environment },
    ...(caller && { caller }),
    ...(call.session && { sessionId: call.session }),
    path: {},
    header: {},
    headers: {},
    body: bodyOf(call),
  };
  const prepared = await prepareCall(ports, request);
  if (prepared.status === 'valid') {
    for (const { model: alias, worstCase } of prepared.candidates) {
      const worst = { input: worstCase.input_tokens, output: worstCase.output_tokens };
      truth.worst[alias === 'big' ? 'big' : 'small'] = worst;
    }
  }
  truth.phase = 'reserving';
  truth.reservingSince = run.scheduler.now;
  const outcome = await relayCall(ports, request);
  if (!outcome.reserved) {
    const isDenied = outcome.kind === 'problem' && outcome.problem.limit !== undefined;
    run.oracle.decided(truth, isDenied ? 'denied' : 'other');
  }
  if (outcome.kind !== 'relayed' || outcome.body instanceof Uint8Array) return;
  const { leavesAfter } = call.stream ?? {};
  let events = 0;
  for await (const _ of outcome.body) {
    events += 1;
    if (events !== leavesAfter) continue;
    const { reservation } = outcome.reserved ?? {};
    if (run.variation?.releasesLeftStreams && reservation) await release(ledger, reservation);
    break;
  }
}

const bodyOf = ({ textLength, maxTokens }: CallPlan): JsonObject => ({
  messages: [{ role: 'user', content: [{ text: 'x'.repeat(textLength) }] }],
  inferenceConfig: { maxTokens },
});

/** Frames travel as JSON: what is simulated is not their encoding. */
const FRAMES: RelayPorts['frames'] = {
  async *read(body) {
    for await (const bytes of body) yield { ...JSON.parse(Buffer.from(bytes).toString()), bytes };
  },
  exception: (name, message) => Buffer.from(JSON.stringify({ name, message })),
};

type Sent = Parameters<RelayPorts['relay']['send']>[0];

async function send(
  stream: StreamRun,
  { modelId, deadline }: Sent,
  hostNow: number,
  decideApproved: () => void,
): ReturnType<RelayPorts['relay']['send']> {
  const { run, call, truth, host } = stream;
  const { life } = host;
  decideApproved();
  truth.phase = 'invoking';
  const model: ModelName = modelId.includes('big') ? 'big' : 'small';
  run.oracle.invoked(truth, model);
  const [answer] = call.answers;
  if (!answer || !call.stream) throw new Error('a stream has a plan');
  const bound = truth.worst[model] ?? { input: 0, output: 0 };
  const tokens = {
    input: Math.floor((bound.input * answer.inputPercent) / 100),
    output: Math.floor((bound.output * answer.outputPercent) / 100),
  };
  const wait = Math.max(0, deadline - hostNow);
  const isLate = answer.milliseconds > wait;
  const failure = isLate ? 'DeadlineExceeded' : answer.outcome;
  const isReleased = RELEASED.some((name) => name === failure);
  if (isReleased) truth.refusedByModel = true;
  else truth.billed = billedOf(call.stream, answer, failure, tokens, bound);
  await survived(life, run.scheduler.sleep(isLate ? wait : answer.milliseconds));
  if (failure !== 'ok')
    return { outcome: 'failed', failure: { name: failure, message: 'planned' } };
  const body = framesOf(stream, call.stream, answer, tokens);
  return { outcome: 'answered', status: 200, headers: {}, body };
}

const DELTA = { text: 'word' };
const DELTA_BYTES = Buffer.byteLength(JSON.stringify(DELTA));

/** Charge of a stream, by its plan: what it reports, a bound of what came, or its worst case. */
function billedOf(
  { end, events }: StreamPlan,
  answer: ModelAnswer,
  failure: string,
  tokens: Tokens,
  bound: Tokens,
): NonNullable<Truth['billed']> {
  if (failure !== 'ok') return { tokens, isKnown: false, isUnreadable: true };
  const hasCounts = answer.report === 'complete' && tokens.input > 0 && tokens.output > 0;
  switch (end) {
    case 'whole':
      return { tokens, isKnown: true, isUnreadable: !hasCounts };
    case 'exception': {
      const output = Math.min(events * DELTA_BYTES, bound.output);
      return { tokens: { input: bound.input, output }, isKnown: true, isUnreadable: false };
    }
    default:
      return { tokens, isKnown: true, isUnreadable: true };
  }
}

async function* framesOf(
  { run, host }: StreamRun,
  { events, gapMs, end, crashesAt }: StreamPlan,
  answer: ModelAnswer,
  tokens: Tokens,
): AsyncGenerator<Uint8Array> {
  const { life } = host;
  let sent = 0;
  const frame = async (name: string, payload: object, kind: StreamFrame['kind'] = 'event') => {
    if (sent === crashesAt) host.crash();
    sent += 1;
    await survived(life, run.scheduler.sleep(gapMs));
    return Buffer.from(JSON.stringify({ kind, name, message: '', payload }));
  };
  yield await frame('messageStart', { role: 'assistant' });
  for (let at = 0; at < events; at += 1) {
    yield await frame('contentBlockDelta', { contentBlockIndex: 0, delta: DELTA });
  }
  if (end === 'lost') throw new Error('the connection was lost');
  if (end === 'exception') {
    yield await frame('modelStreamErrorException', { message: 'planned' }, 'exception');
    return;
  }
  yield await frame('messageStop', { stopReason: 'end_turn' });
  if (end === 'whole') yield await frame('metadata', { usage: reportOf(answer, tokens) });
}
