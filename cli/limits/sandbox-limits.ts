/** Limits of a running sandbox, over its `/_sandbox/overrides`. */

import { LedgerUnavailableError } from '../../core/errors.ts';
import type { InputProblem } from '../../core/input-problem.ts';
import { validate as isReport } from '../../core/insight/usage/limits-report.validator.ts';
import { printable } from '../../core/safe-text.ts';
import { asList, stringField, toUnvalidated } from '../../core/unvalidated.ts';
import { callJson, parseUrl } from '../remote/http-json.ts';
import type { FoundSource } from '../remote/with-source.ts';
import type { LimitsSource } from './limits-source.ts';

const ROUTE = '/_sandbox/overrides';

export function sandboxLimits(text: string): FoundSource<LimitsSource> {
  const base = parseUrl(text);
  if ('problem' in base) return base;
  const url = new URL(ROUTE, base.url);
  return {
    source: {
      report: async (named = {}) => {
        const asked = new URL(url);
        for (const [kind, name] of Object.entries(named)) {
          if (name !== undefined) asked.searchParams.set(kind, name);
        }
        const { status, body } = await callJson(asked, { method: 'GET' });
        if (status === 200 && isReport(body)) return body;
        throw new LedgerUnavailableError(
          `${url.origin} is not a sandbox of this version (${ROUTE} returned status ` +
            `${status}): use --table for a deployed stack`,
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
        const detail = stringField(toUnvalidated(body), 'detail') ?? `status ${status}`;
        throw new LedgerUnavailableError(
          `${url.origin} rejected the change: ${printable(detail, 500)}`,
        );
      },
      close: () => undefined,
    },
  };
}

const problemsIn = (body: unknown): readonly InputProblem[] =>
  asList(toUnvalidated(body).get('errors')).map((each) => ({
    path: stringField(toUnvalidated(each), 'path') ?? '',
    message: printable(stringField(toUnvalidated(each), 'message') ?? '', 500),
  }));
