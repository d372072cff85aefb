/**
 * Names of a request that its caller gives, as the metadata of Converse
 * (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html, requestMetadata,
 * 2026-11).
 */
import { joinPath } from '../../input-path.ts';
import { isJsonObject, type JsonObject } from '../../json-value.ts';
import type { Conversation } from './conversation.ts';

const ENTRIES_MAX = 16;
const LENGTH_MAX = 256;
const METADATA = /^[a-zA-Z0-9\s:_@$#=/+,.-]{0,256}$/;

/**
 * @param user the person or system for whom the call is made; characters that Bedrock does not take
 * become underscores.
 */
export function metadataOf(
  conversation: Conversation,
  metadata: unknown,
  user: unknown,
): JsonObject {
  const entries = isJsonObject(metadata) ? Object.entries(metadata) : [];
  if (entries.length > ENTRIES_MAX) {
    conversation.problem('$.metadata', `must have at most ${ENTRIES_MAX} entries`);
    return {};
  }
  for (const [name, value] of entries) {
    if (typeof value === 'string' && METADATA.test(value) && METADATA.test(name)) continue;
    const message = 'must be a text of at most 256 letters, digits, spaces and :_@$#=/+,.-';
    conversation.problem(joinPath('$.metadata', name), message);
  }
  const end = typeof user === 'string' ? user.replace(/[^\w\s:@$#=/+,.-]/g, '_') : '';
  const isNamed = end !== '' && entries.length < ENTRIES_MAX;
  return {
    ...Object.fromEntries(entries),
    ...(isNamed && { end_user: end.slice(0, LENGTH_MAX) }),
  };
}
