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
}

/** @throws LedgerUnavailableError without a response; every status is a response. */
export async function callJson(url: URL, { method, headers, input }: JsonRequest) {
  try {
    const response = await fetch(url, {
      method,
      signal: AbortSignal.timeout(ANSWER_MS),
      headers: { ...headers, ...(input && { 'content-type': 'application/json' }) },
      ...(input && { body: JSON.stringify(input) }),
    });
    return { status: response.status, body: parseJson(await response.text()) };
  } catch (error) {
    // `fetch failed` gives no reason; its cause does.
    const cause = error instanceof Error ? (error.cause ?? error) : error;
    throw new LedgerUnavailableError(`${url.origin} is not responding`, cause);
  }
}

/** Parses the value of `--url`. */
export function parseUrl(text: string): { readonly url: URL } | { readonly problem: InputProblem } {
  // Not URL.parse, which Node.js 18 and 20 do not have.
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return { url };
  const message = `"${printable(text)}" is not a URL: use one such as http://127.0.0.1:8787`;
  return { problem: { path: 'url', message } };
}
