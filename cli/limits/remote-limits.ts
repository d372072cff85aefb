/** Limits over the routes of operators, of a deployed API or a sandbox. */
import { LedgerUnavailableError } from '../../core/errors.ts';
import { validate as isReport } from '../../core/insight/usage/limits-report.validator.ts';
import { operatorApi } from '../remote/operator-api.ts';
import type { FoundSource } from '../remote/with-source.ts';
import type { Io } from '../terminal/io.ts';
import type { LimitsSource } from './limits-source.ts';

const ROUTE = '/v1/operator/limits';

export function remoteLimits(text: string, io: Io): FoundSource<LimitsSource> {
  const found = operatorApi(text, io);
  if ('problem' in found) return found;
  const { api } = found;
  return {
    source: {
      hasIdentity: api.hasIdentity,
      report: async (named = {}) => {
        const body = await api.get(ROUTE, named);
        if (isReport(body)) return body;
        throw new LedgerUnavailableError(`${api.origin} is not an API of this version`);
      },
      change: ({ author, ...change }) =>
        api.post(ROUTE, { ...change, ...(!api.hasIdentity && { author }) }),
      close: () => undefined,
    },
  };
}
