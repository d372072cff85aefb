/** The Anthropic Messages API: InvokeModel for Claude, Converse for every other model. */
import type { InputProblem } from '../../input-problem.ts';
import type { JsonObject } from '../../json-value.ts';
import type { Model } from '../../policy/policy.ts';
import { formatChoices, quoted } from '../../safe-text.ts';
import { betasProblem } from '../fields/betas.ts';
import type { AnsweredCall, Dialect, DialectRequest } from '../relay/dialect.ts';
import { betasOf, toClaudeBody } from './claude-request.ts';
import { claudeStream } from './claude-stream.ts';
import { messageStream, toMessage } from './converse-answer.ts';
import { toConverse } from './converse-request.ts';

/** https://platform.claude.com/docs/en/api/versioning, 2026-11. */
const VERSIONS = ['2023-06-01', '2026-10-21'];

interface MessagesRequest {
  readonly body: JsonObject;
  readonly headers: Pick<Headers, 'get'>;
}

/** Claude takes its own format, and all of it survives. */
const isClaude = ({ baseModelId }: Model): boolean => baseModelId.startsWith('anthropic.');

/** Problems of the request itself, whatever the model. */
export function messagesProblem({ body, headers }: MessagesRequest): InputProblem | undefined {
  const version = headers.get('anthropic-version');
  if (version !== null && !VERSIONS.includes(version)) {
    const message = `is ${quoted(version)}: send one of ${formatChoices(VERSIONS)}`;
    return { path: 'headers.anthropic-version', message };
  }
  const { model, stream } = body;
  const problem = betasProblem(body.anthropic_beta, '$.anthropic_beta');
  if (problem) return problem;
  if (typeof model !== 'string' || model === '') {
    return { path: '$.model', message: 'must be the name of a model' };
  }
  if (stream === undefined || stream === null || typeof stream === 'boolean') return undefined;
  return { path: '$.stream', message: `must be true or false, got ${quoted(stream)}` };
}

export function anthropicDialect({ body, headers }: MessagesRequest): Dialect {
  const betas = betasOf(headers.get('anthropic-beta') ?? undefined, body);
  return {
    toWire: (model, allowed) => toWire(body, betas, model, allowed),
    toAnswer: (bytes, call) => {
      if (call.operation === 'invoke') return bytes;
      const message = toMessage(bytes, call);
      return message && new TextEncoder().encode(JSON.stringify(message));
    },
    toStream: (call: AnsweredCall) =>
      call.operation === 'invoke-with-response-stream'
        ? claudeStream(call.requestId)
        : messageStream(call),
  };
}

function toWire(
  body: JsonObject,
  betas: readonly string[],
  model: Model,
  allowed: ReadonlySet<string>,
): DialectRequest {
  if (model.kind !== 'text') {
    const message = `${quoted(model.alias)} writes no messages: name a model that does`;
    return { problems: [{ path: '$.model', message }] };
  }
  if (!isClaude(model)) return toConverse(body, { model, allowed, betas });
  const operation = body.stream === true ? 'invoke-with-response-stream' : 'invoke';
  return { wire: { operation, headers: {}, body: toClaudeBody(body, betas) } };
}

/** A field that is not known is no part of what is counted. */
const NONE_ALLOWED: ReadonlySet<string> = new Set();

/** Tokens need no answer, so what is only about the answer is left out. */
export function countTokensBody(
  { body, headers }: MessagesRequest,
  model: Model,
): { readonly body: JsonObject } | { readonly problems: readonly InputProblem[] } {
  const betas = betasOf(headers.get('anthropic-beta') ?? undefined, body);
  const { stream: _, ...asked } = body;
  if (isClaude(model)) {
    // InvokeModel asks for a bound, and the count does not depend on it.
    const bounded = { max_tokens: 1, ...toClaudeBody(asked, betas) };
    const bytes = Buffer.from(JSON.stringify(bounded)).toString('base64');
    return { body: { input: { invokeModel: { body: bytes } } } };
  }
  const translated = toConverse(asked, { model, allowed: NONE_ALLOWED, betas });
  if ('problems' in translated) return translated;
  const { messages, system, toolConfig, additionalModelRequestFields } = translated.wire.body;
  const converse = Object.fromEntries(
    Object.entries({ messages, system, toolConfig, additionalModelRequestFields }).filter(
      ([, value]) => value !== undefined,
    ),
  );
  return { body: { input: { converse } } };
}
