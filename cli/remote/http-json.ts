/** JSON over HTTP, for commands that talk to a running sandbox or a deployed API. */

import { LedgerUnavailableError } from '../../core/errors.ts';
import type { InputProblem } from '../../core/input-problem.ts';
import { parseJson } from '../../core/parse-json.ts';
import { printable } from '../../core/safe-text.ts';

const ANSWER_MS = 30_000;

interface JsonRequest {
  readonly method: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly input?: object;
  readonly timeoutMs?: number;
}

/** @throws LedgerUnavailableError without a response; every status is a response. */
export async function callJson(url: URL, request: JsonRequest) {
  const response = await callHttp(url, request);
  return { status: response.status, headers: response.headers, body: await jsonOf(response, url) };
}

/** The same for a response that is read as it comes. */
export async function callHttp(url: URL, request: JsonRequest): Promise<Response> {
  const { method, headers, input, timeoutMs = ANSWER_MS } = request;
  try {
    return await fetch(url, {
      method,
      // A header with credentials would go with it to another host.
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
      headers: { ...headers, ...(input && { 'content-type': 'application/json' }) },
      ...(input && { body: JSON.stringify(input) }),
    });
  } catch (error) {
    throw notResponding(url, error);
  }
}

export async function jsonOf(response: Response, url: URL): Promise<unknown> {
  try {
    return parseJson(await response.text());
  } catch (error) {
    throw notResponding(url, error);
  }
}

/** `fetch failed` gives no reason; its cause does. */
function notResponding({ origin }: URL, error: unknown): LedgerUnavailableError {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  return new LedgerUnavailableError(`${origin} is not responding`, cause);
}

/** Parses the value of `--url`. */
export function parseUrl(text: string): { readonly url: URL } | { readonly problem: InputProblem } {
  // Not URL.parse, which Node.js 18 and 20 do not have.
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return { url };
  const message = `"${printable(text)}" is not a URL: use one such as http://127.0.0.1:8787`;
  return { problem: { path: 'url', message } };
}
