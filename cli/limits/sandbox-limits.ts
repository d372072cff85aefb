/** Limits of a running sandbox, over its `/_sandbox/overrides`. */
import { Ajv } from 'ajv';
import { printable } from '../../functions/core/describe.ts';
import { LedgerUnavailableError } from '../../functions/core/errors.ts';
import {
  LIMITS_REPORT_SCHEMA,
  type LimitsReport,
} from '../../functions/core/policy/limits-report.schema.ts';
import { listOf, looseOf, stringOf } from '../../functions/core/policy/loose.ts';
import type { Problem } from '../../functions/core/policy/policy.ts';
import type { LimitsSource } from './source.ts';

const ROUTE = '/_sandbox/overrides';
const ANSWER_MS = 30_000;

export function sandboxLimits(
  text: string,
): { readonly source: LimitsSource } | { readonly problem: Problem } {
  const base = URL.parse(text);
  if (base?.protocol !== 'http:' && base?.protocol !== 'https:') {
    const message = `"${printable(text)}" is no URL such as http://127.0.0.1:8787`;
    return { problem: { path: 'url', message } };
  }
  const url = new URL(ROUTE, base);
  const isReport = new Ajv().compile<LimitsReport>(LIMITS_REPORT_SCHEMA);
  return {
    source: {
      report: async () => {
        const { status, body } = await call(url, 'GET');
        if (status === 200 && isReport(body)) return body;
        throw new LedgerUnavailableError(
          `${url.origin} is no sandbox of this version (${ROUTE} answers ${status}): a deployed stack is reached by --table`,
        );
      },
      change: async ({ action, ...change }) => {
        const isReset = action === 'reset';
        const input = isReset ? change : { action, ...change };
        const { status, body } = await call(url, isReset ? 'DELETE' : 'POST', input);
        if (status === 200) return [];
        const problems = problemsIn(body);
        if (status === 400 && problems.length > 0) return problems;
        const detail = stringOf(looseOf(body), 'detail') ?? `status ${status}`;
        throw new LedgerUnavailableError(`${url.origin} refused: ${printable(detail, 500)}`);
      },
      close: () => undefined,
    },
  };
}

async function call(url: URL, method: string, input?: object) {
  try {
    const response = await fetch(url, {
      method,
      signal: AbortSignal.timeout(ANSWER_MS),
      ...(input && {
        body: JSON.stringify(input),
        headers: { 'content-type': 'application/json' },
      }),
    });
    return { status: response.status, body: jsonOf(await response.text()) };
  } catch (error) {
    // `fetch failed` says little; what it comes from says why.
    const cause = error instanceof Error ? (error.cause ?? error) : error;
    throw new LedgerUnavailableError(`${url.origin} does not answer`, cause);
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

const problemsIn = (body: unknown): readonly Problem[] =>
  listOf(looseOf(body).get('errors')).map((each) => ({
    path: stringOf(looseOf(each), 'path') ?? '',
    message: printable(stringOf(looseOf(each), 'message') ?? '', 500),
  }));
