/** The names of a call in AWS's own records: the metadata that Bedrock writes into its invocation log. */
import type { JsonObject } from '../../json-value.ts';
import type { RequestTags } from '../../request-tags.ts';
import type { WireRequest } from '../request-bound/wire-candidate.ts';
import { requestMetadata } from './prepare-call.ts';

/**
 * https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html, requestMetadata,
 * 2026-11.
 */
const ENTRIES_MAX = 16;
const VALUE_LENGTH_MAX = 256;
const NOT_ALLOWED = /[^a-zA-Z0-9 :_@$#=/+,.-]/g;

/** The request with its metadata completed; what the caller wrote stays, but not under our names. */
export function withAttribution(
  request: Pick<WireRequest, 'operation' | 'body' | 'headers'>,
  tags: RequestTags,
  user: string | undefined,
): Pick<WireRequest, 'body' | 'headers'> {
  const own = requestMetadata(request);
  const ours = {
    requestId: tags.requestId,
    costCenter: tags.costCenter,
    application: tags.applicationId,
    environment: tags.environment,
    user,
  };
  let room = ENTRIES_MAX - Object.keys(own).length;
  const added = Object.entries(ours)
    .filter((entry): entry is [string, string] => entry[1] !== undefined)
    .filter(([name]) => Object.hasOwn(own, name) || room-- > 0)
    .map(([name, value]) => [name, value.replace(NOT_ALLOWED, '_').slice(0, VALUE_LENGTH_MAX)]);
  const metadata: JsonObject = { ...own, ...Object.fromEntries(added) };
  if (request.operation.startsWith('converse')) {
    return { body: { ...request.body, requestMetadata: metadata }, headers: request.headers };
  }
  const header = { 'x-amzn-bedrock-request-metadata': JSON.stringify(metadata) };
  return { body: request.body, headers: { ...request.headers, ...header } };
}
