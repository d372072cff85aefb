/** A candidate of a streamed Converse call, as the relay gets it. */
import {
  toWireCandidate,
  type WireCandidate,
} from '../../core/protocols/request-bound/wire-candidate.ts';
import { configWith, policyOf } from './policy.ts';

export function streamCandidate(): WireCandidate {
  const model = policyOf(configWith()).models.get('haiku');
  if (!model) throw new Error('no model');
  const body = { messages: [{ role: 'user', content: [{ text: 'Hi' }] }] };
  const target = { model, profileArn: undefined, allowed: new Set<string>(), now: 0 };
  const result = toWireCandidate({ operation: 'converse-stream', body, headers: {} }, target);
  if (result.outcome !== 'valid') throw new Error('no candidate');
  return result.candidate;
}
