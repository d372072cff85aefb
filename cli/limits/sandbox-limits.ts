/** Limits of a running sandbox, over its `/_sandbox/overrides`. */
import { printable } from '../../functions/core/describe.ts';
import { LedgerUnavailableError } from '../../functions/core/errors.ts';
import { validate as isReport } from '../../functions/core/policy/limits-report.validator.ts';
import { listOf, looseOf, stringOf } from '../../functions/core/policy/loose.ts';
import type { Problem } from '../../functions/core/policy/policy.ts';
import { callJson, parseUrl } from '../http-json.ts';
import type { LimitsSource } from './source.ts';

const ROUTE = '/_sandbox/overrides';

export function sandboxLimits(
  text: string,
): { readonly source: LimitsSource } | { readonly problem: Problem } {
  const base = parseUrl(text);
  if ('problem' in base) return base;
  const url = new URL(ROUTE, base.url);
  return {
    source: {
      report: async () => {
        const { status, body } = await callJson(url, { method: 'GET' });
        if (status === 200 && isReport(body)) return body;
        throw new LedgerUnavailableError(
          `${url.origin} is no sandbox of this version (${ROUTE} answers ${status}): a deployed stack is reached by --table`,
        );
      },
      change: async ({ action, ...change }) => {
        const isReset = action === 'reset';
        const input = isReset ? change : { action, ...change };
        const method = isReset ? 'DELETE' : 'POST';
        const { status, body } = await callJson(url, { method, input });
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

const problemsIn = (body: unknown): readonly Problem[] =>
  listOf(looseOf(body).get('errors')).map((each) => ({
    path: stringOf(looseOf(each), 'path') ?? '',
    message: printable(stringOf(looseOf(each), 'message') ?? '', 500),
  }));
