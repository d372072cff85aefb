/**
 * A call that takes several calls of the model, such as one for each text of a list. The worst case
 * of all is reserved before the first; what ran is settled as one.
 */
import { type Charge, chargeOfFailure, sumOfCharges } from '../../call/model/charge.ts';
import type { ConverseFailure } from '../../call/model/failure-rules.ts';
import { chargedCall } from '../../call/steps/invoke-model.ts';
import type { TokenCounts } from '../metering/token-counts.ts';
import type { WirePart } from '../request-bound/wire-candidate.ts';
import { type Reserved, readError, type ServiceError } from './finish-call.ts';
import type { ModelRelay } from './ports.ts';
import { readAnswer, type WholeAnswer } from './whole-answer.ts';

/** More would run into the quotas of an account sooner than they save time. */
const AT_ONCE = 8;

type PartAnswer =
  | WholeAnswer
  | { readonly charge: Charge; readonly failure: ConverseFailure; readonly error?: ServiceError };

type PartsAnswer =
  | { readonly charge: Charge; readonly answers: readonly Uint8Array[]; readonly json: unknown }
  | { readonly charge: Charge; readonly failure: ConverseFailure; readonly error?: ServiceError };

/** After one that failed no further one is sent; those in flight are waited for. */
export async function relayParts(
  reserved: Reserved,
  parts: readonly WirePart[],
  send: (part: WirePart) => ReturnType<ModelRelay['send']>,
  toAnswer: (bytes: Uint8Array, counts: TokenCounts) => Uint8Array | undefined,
): Promise<PartsAnswer> {
  const results: PartAnswer[] = [];
  const waiting = parts.entries();
  const work = async () => {
    for (const [index, part] of waiting) {
      if (results.some((each) => 'failure' in each)) return;
      const candidate = { ...reserved.candidate, ...part };
      results[index] = await answerOf({ ...reserved, candidate }, await send(part), toAnswer);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  // Where one failed, some may never have been sent.
  const sent = results.filter((each) => each !== undefined);
  const charge = sumOfCharges(sent.map((each) => each.charge));
  const failed = sent.find((each) => 'failure' in each);
  if (failed) return { ...failed, charge };
  const whole = sent.filter((each) => 'bytes' in each);
  return { charge, answers: whole.map(({ bytes }) => bytes), json: whole.map(({ json }) => json) };
}

async function answerOf(
  reserved: Reserved,
  result: Awaited<ReturnType<ModelRelay['send']>>,
  toAnswer: (bytes: Uint8Array, counts: TokenCounts) => Uint8Array | undefined,
): Promise<PartAnswer> {
  const call = chargedCall(reserved);
  if (result.outcome === 'failed') {
    const { failure } = result;
    return { charge: chargeOfFailure(call, failure), failure };
  }
  if (result.status === 200) return readAnswer(reserved, result, toAnswer);
  const error = await readError(result);
  const { failure } = error;
  return { charge: chargeOfFailure(call, failure), failure, error };
}
