/** An answer that comes in one piece: read, metered, and in the format of its caller. */
import type { Charge } from '../../call/model/charge.ts';
import type { ConverseFailure } from '../../call/model/failure-rules.ts';
import { countsInHeaders, countsInJson } from '../metering/read-counts.ts';
import { mergeServedAs, servedAsInHeaders, servedAsInJson } from '../metering/served-tier.ts';
import { highest, type TokenCounts } from '../metering/token-counts.ts';
import { hasWritten } from '../metering/written-content.ts';
import { chargeOf, type Reserved } from './finish-call.ts';
import type { RelayedAnswer } from './ports.ts';
import { parsedJson, readWhole } from './service-answer.ts';

export type WholeAnswer =
  | { readonly charge: Charge; readonly bytes: Uint8Array; readonly json: unknown }
  | { readonly charge: Charge; readonly failure: ConverseFailure };

/** @param toAnswer undefined where the answer is not in the model's format. */
export async function readAnswer(
  reserved: Reserved,
  { headers, body }: RelayedAnswer,
  toAnswer: (bytes: Uint8Array, counts: TokenCounts) => Uint8Array | undefined,
): Promise<WholeAnswer> {
  const read = await readWhole(body);
  // The status of the answer has come: the model has run.
  if (read.failure) return { charge: chargeOf(reserved), failure: read.failure };
  const json = parsedJson(read.bytes);
  const counts = highest([countsInJson(json), countsInHeaders(headers)]);
  const servedAs = mergeServedAs(servedAsInJson(json), servedAsInHeaders(headers));
  const charge = chargeOf(reserved, { counts, servedAs, hasContent: hasWritten(json) });
  const bytes = toAnswer(read.bytes, counts);
  return bytes ? { charge, bytes, json } : { charge, failure: MALFORMED };
}

const MALFORMED = { name: 'MalformedAnswer', message: 'the answer lacks its message' };
