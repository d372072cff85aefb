/**
 * Calls go on while an apply replaces a profile. Method: the real steps and a real ledger; the
 * policy source keeps an old policy until it is asked for a newer one, as the functions do, and the
 * model knows the new profile alone.
 */
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { eventStream } from '../../../../../adapters/event-stream.ts';
import type { ConverseFailure } from '../../../../../core/call/model/failure-rules.ts';
import type { ModelRelay } from '../../../../../core/protocols/relay/ports.ts';
import { relayCall } from '../../../../../core/protocols/relay/relay-call.ts';
import {
  answered,
  type CallHarness,
  callHarnessOn,
  request,
} from '../../../../support/call-harness.ts';
import { startLedger, type TestLedger } from '../../../../support/ledger.ts';
import { limitsConfig, policyOf } from '../../../../support/policy.ts';
import { relayedRequest } from '../../../../support/relayed-request.ts';

const arn = (id: string) =>
  `arn:aws:bedrock:us-east-1:111122223333:application-inference-profile/${id}`;
const OLD = arn('old0old0old0');
const NEW = arn('new0new0new0');
const MODEL = { old: 'anthropic.claude-3-haiku-20240307-v1:0', new: 'amazon.nova-pro-v1:0' };

const gone: ConverseFailure = {
  name: 'AccessDeniedException',
  message: 'not authorized to perform: bedrock:InvokeModel',
  httpStatus: 403,
};

let table: TestLedger;
let harness: CallHarness;
let ages: (number | undefined)[];
/** The profile in the policy that the apply has written. */
let written: string;
let failure: ConverseFailure;
let limit: number;
let months = 0;

beforeAll(async () => {
  table = await startLedger();
});
afterAll(() => table.close());

function policyWith(profile: string) {
  const haiku = { model_id: profile === OLD ? MODEL.old : MODEL.new };
  const limits = [
    { name: 'calls', window: 'month', unit: 'requests', amount: limit },
    { name: 'spend', window: 'month', unit: 'usd', amount: 10, notify_at: [1] },
  ];
  const models = { haiku, micro: { model_id: 'amazon.nova-micro-v1:0' } };
  return policyOf(limitsConfig(limits, { models }), {
    inferenceProfiles: new Map([['retail/faq/production/haiku', profile]]),
  });
}

beforeEach(() => {
  table.clock.set(new Date(Date.UTC(2032, months++, 15)).toISOString());
  limit = 3;
  written = NEW;
  failure = gone;
  ages = [];
  harness = callHarnessOn(table, policyWith(OLD));
  Object.assign(harness.ports, {
    policies: {
      load: async (maxAgeMs?: number) => {
        ages.push(maxAgeMs);
        if (maxAgeMs !== undefined) harness.policy = policyWith(written);
        return harness.policy;
      },
    },
    models: {
      converse: async (call: (typeof harness.calls)[number]) => {
        harness.calls.push(call);
        return call.candidate.modelId === NEW ? answered() : { outcome: 'failed', failure };
      },
    },
  });
});

const calledModels = () => harness.calls.map(({ candidate }) => candidate.modelId);

async function counters(name: string) {
  const all = await table.counters('account#costCenter#retail#0');
  const month = new Date(table.clock.at).toISOString().slice(0, 7);
  return all.get(`${name}_${month}`);
}

const envelope = (over: object = {}) => ({
  request: request(),
  requestId: `replaced-${months}`,
  receivedAt: table.clock.now(),
  ...over,
});

test.each<[string, ConverseFailure]>([
  ['the role may not call', gone],
  ['there is not', { name: 'ResourceNotFoundException', message: 'none', httpStatus: 404 }],
  [
    'has no such id',
    {
      name: 'ValidationException',
      message: 'The provided model identifier is invalid.',
      httpStatus: 400,
    },
  ],
])(
  'a call of a replaced profile that %s goes through the new one, charged once',
  async (_, said) => {
    failure = said;
    const { status, answer } = await harness.run(envelope());
    expect(status).toBe('succeeded');
    // Nova Pro, not the model that was reserved first: 10 x 0.8 + 20 x 3.2 millionths.
    expect(answer).toMatchObject({ modelId: NEW, cost: { nanoUsd: 72_000 } });
    expect(calledModels()).toEqual([OLD, NEW]);
    expect(await counters('calls')).toEqual({ committed: 1, settled: 1 });
    expect(await counters('spend')).toEqual({ committed: 72_000, settled: 72_000 });
    expect(harness.audit).toHaveLength(1);
    expect(harness.audit[0]).toMatchObject({
      outcome: 'succeeded',
      requestId: `replaced-${months}`,
    });
  },
);

test('the last call of a limit fits in again, as its first run is released', async () => {
  limit = 1;
  harness.policy = policyWith(OLD);
  expect((await harness.run(envelope())).status).toBe('succeeded');
  expect((await harness.run(envelope({ requestId: 'one-more' }))).status).toBe('denied');
});

test('under an idempotency key it is charged once, and a repeat gets the same result', async () => {
  const keyed = envelope({ idempotencyKey: `key-${months}` });
  expect((await harness.run(keyed)).status).toBe('succeeded');
  const repeat = await harness.run({ ...keyed, requestId: 'repeated' });
  expect(repeat.status).toBe('replayed');
  expect(await counters('calls')).toEqual({ committed: 1, settled: 1 });
});

test('a right that is missing for good fails at once, and reads the policy no oftener than each second', async () => {
  written = OLD;
  const { status, answer } = await harness.run(envelope());
  expect(status).toBe('failed');
  expect(answer).toMatchObject({ code: 'invocation_failed', charged: { basis: 'released' } });
  expect(calledModels()).toEqual([OLD]);
  expect(ages.filter((age) => age !== undefined)).toEqual([1_000]);
  expect(await counters('calls')).toEqual({ committed: 0, settled: 0 });
});

test.each<[string, ConverseFailure]>([
  ['may have run', { name: 'InternalServerException', message: 'oh', httpStatus: 500 }],
  ['was wrong', { name: 'ValidationException', message: 'temperature', httpStatus: 400 }],
])('a call that %s is never made again', async (_, said) => {
  failure = said;
  expect((await harness.run(envelope())).status).toBe('failed');
  expect(calledModels()).toEqual([OLD]);
  expect(ages.filter((age) => age !== undefined)).toEqual([]);
});

test('a relayed call goes through the new profile too', async () => {
  const sent: string[] = [];
  const body = (json: object) =>
    (async function* () {
      yield Buffer.from(JSON.stringify(json));
    })();
  const relay: ModelRelay = {
    send: async ({ modelId }) => {
      sent.push(modelId);
      return modelId === NEW
        ? {
            outcome: 'answered',
            status: 200,
            headers: {},
            body: body({
              output: { message: { role: 'assistant', content: [{ text: 'Hello.' }] } },
              stopReason: 'end_turn',
              usage: { inputTokens: 10, outputTokens: 20, totalTokens: 30 },
            }),
          }
        : {
            outcome: 'answered',
            status: 403,
            headers: { 'x-amzn-errortype': gone.name },
            body: body({ message: gone.message }),
          };
    },
  };
  const outcome = await relayCall(
    { ...harness.ports, relay, frames: eventStream },
    relayedRequest(table.clock, { operation: 'converse' as const }),
  );
  expect(outcome).toMatchObject({ kind: 'relayed', status: 200 });
  expect(sent).toEqual([OLD, NEW]);
  expect(await counters('spend')).toEqual({ committed: 72_000, settled: 72_000 });
  expect(harness.audit).toHaveLength(1);
});
