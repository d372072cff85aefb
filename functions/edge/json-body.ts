/** Middleware: the body as strict JSON, for the routes that take one. */
import type { MiddlewareObj } from '@middy/core';
import httpJsonBodyParser from '@middy/http-json-body-parser';
import { quoted } from '../../core/safe-text.ts';
import { strictJsonProblem } from '../../core/strict-json.ts';
import type { HttpEvent } from './http.ts';
import { HttpProblemError, invalidBody } from './http-error.ts';
import { yieldAfterLarge } from './yield-event-loop.ts';

const JSON_TYPE = /^application\/(?:[\w.-]+\+)?json(?:$|\s*;)/i;
const BYTE_ORDER_MARK = '\uFEFF';

const parser = httpJsonBodyParser<HttpEvent>({ disableContentTypeError: false });

/** @param isOptional whether a request without a body is one with an empty object. */
export const jsonBodyMiddleware = (
  isOptional: (event: HttpEvent) => boolean = () => false,
): MiddlewareObj<HttpEvent> => ({
  before: async (request) => {
    const { event } = request;
    if (event.requestContext.http.method !== 'POST') return;
    if (!event.body && isOptional(event)) {
      // The parsed body of a request, as below.
      Object.assign(event, { body: {} });
      return;
    }
    const encoding = event.headers['content-encoding'];
    if (encoding !== undefined && !/^(?:identity)?$/i.test(encoding.trim())) {
      const detail = `Send the body without Content-Encoding, not as ${quoted(encoding)}.`;
      throw new HttpProblemError(
        'unsupported_media_type',
        detail,
        {},
        { 'accept-encoding': 'identity' },
      );
    }
    const contentType = event.headers['content-type'];
    if (!JSON_TYPE.test(contentType ?? '')) {
      const given = contentType === undefined ? 'none' : quoted(contentType);
      const detail = `Send the body with "Content-Type: application/json", not ${given}.`;
      throw new HttpProblemError('unsupported_media_type', detail);
    }
    const text = textOf(event);
    event.body = text;
    event.isBase64Encoded = false;
    event.headers['content-type'] = 'application/json';
    try {
      await parser.before?.(request);
    } catch (error) {
      throw invalidBody(`is not JSON: ${reasonOf(error)}`);
    }
    await yieldAfterLarge(text);
    const problem = strictJsonProblem(text);
    if (problem) throw invalidBody(problem.message, problem.path);
    await yieldAfterLarge(text);
  },
});

function textOf({ body, isBase64Encoded }: HttpEvent): string {
  if (!body) throw invalidBody('the body is empty: send a JSON object');
  const text = isBase64Encoded ? decode(Buffer.from(body, 'base64')) : body;
  if (text.startsWith(BYTE_ORDER_MARK))
    throw invalidBody('begins with a byte order mark: remove it');
  return text;
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw invalidBody('is not valid UTF-8');
  }
}

/** The position of the syntax error, without quoting the prompt. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  const message =
    typeof cause === 'object' && cause !== null && 'message' in cause ? String(cause.message) : '';
  const at = /position (\d+)/.exec(message)?.[1];
  return at === undefined ? 'it ends too early or contains invalid JSON' : `see position ${at}`;
}
