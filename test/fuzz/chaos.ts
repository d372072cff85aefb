/** Faults around a call: of the model, of the ledger before and after a write, and sweeps. */
import type { Random } from '../ledger-simulation/random.ts';

const MODEL_ERRORS = [
  'ThrottlingException',
  'ValidationException',
  'InternalServerException',
  'ModelTimeoutException',
  'ModelStreamErrorException',
  'ServiceUnavailableException',
  'AccessDeniedException',
  'ModelErrorException',
  'ModelNotReadyException',
] as const;

/** Values a model has no right to report, or leaves out. */
const USAGES = [
  null,
  { inputTokens: null },
  { outputTokens: -5 },
  { inputTokens: 3.5, outputTokens: 1 },
  { totalTokens: 1 },
  { inputTokens: 'many' },
] as const;

/** Changes one thing, or puts everything right again. */
export function disturb(
  random: Random,
  post: (path: string, body: object) => Promise<void>,
): Promise<void> {
  const model = (behavior: object) => post('/_sandbox/bedrock/behavior', behavior);
  const ledger = (behavior: object) => post('/_sandbox/ledger/behavior', behavior);
  return random.pick([
    () => model({ fail: { name: random.pick(MODEL_ERRORS), times: random.integer(1, 4) } }),
    () => model({ latencyMs: random.integer(0, 80) }),
    () => model({ usage: random.pick(USAGES) }),
    () =>
      model({
        cut: {
          afterEvents: random.integer(0, 5),
          how: random.pick(['close', 'destroy', 'exception']),
        },
      }),
    () =>
      ledger({
        fail: {
          operation: random.pick(['UpdateItem', 'GetItem']),
          when: random.pick(['before', 'after']),
          times: random.integer(1, 6),
          skip: random.integer(0, 4),
        },
      }),
    () => post('/_sandbox/sweep', {}),
    async () => {
      await model({});
      await ledger({});
    },
  ])();
}
