/** Where usage is read: the ledger's table, or an endpoint that answers `GET /v1/usage`. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDbLedger } from '../../adapters/dynamodb-ledger.ts';
import { createDynamoDbPolicySource } from '../../adapters/dynamodb-policy.ts';
import { DynamoDbUsageHistory } from '../../adapters/dynamodb-usage-history.ts';
import { LedgerUnavailableError } from '../../core/errors.ts';
import type { InputProblem } from '../../core/input-problem.ts';
import type { UsageReport } from '../../core/insight/usage/usage-report.schema.ts';
import { usageReport } from '../../core/insight/usage/usage-report.ts';
import { validate as isReport } from '../../core/insight/usage/usage-report.validator.ts';
import { printable } from '../../core/safe-text.ts';
import { unknownValueMessage } from '../../core/schema-errors.ts';
import { stringField, toUnvalidated } from '../../core/unvalidated.ts';
import { callJson } from '../remote/http-json.ts';
import type { Io } from '../terminal/io.ts';
import type { Authorize } from './authorization.ts';

type Usage = { readonly report: UsageReport } | { readonly problem: InputProblem };

/** Throws a SentryError when what is reached for does not answer. */
export interface UsageSource {
  /** @param costCenter only this one; absent: all that may be seen. */
  usage(costCenter: string | undefined): Promise<Usage>;
  close(): void;
}

export function tableUsage(tableName: string, { clock, err }: Io): UsageSource {
  const client = new DynamoDBClient();
  const warn = (message: string) => err(`${message}\n`);
  const policies = createDynamoDbPolicySource({ client, tableName, clock, warn });
  const ports = {
    ledger: new DynamoDbLedger(client, tableName, clock),
    history: new DynamoDbUsageHistory(client, tableName),
  };
  return {
    usage: async (name) => {
      const policy = await policies.load();
      const all = [...policy.costCenters.values()];
      const centers = name === undefined ? all : all.filter((each) => each.name === name);
      if (centers.length === 0 && name !== undefined) {
        const message = unknownValueMessage('cost center', name, [...policy.costCenters.keys()]);
        return { problem: { path: '--cost-center', message } };
      }
      const shared = name === undefined;
      const report = await usageReport(ports, policy, { centers, shared }, clock.now());
      return { report: asJson(report) };
    },
    close: () => client.destroy(),
  };
}

/** As an endpoint answers it, so that both sources give the same. */
function asJson(report: object): UsageReport {
  const value: unknown = JSON.parse(JSON.stringify(report));
  if (isReport(value)) return value;
  throw new Error('the usage is not as its schema says');
}

/** Who copies the URL of a request gives its route as well. */
const ROUTE = /(?:\/v1(?:\/usage)?)?\/?$/;

export function endpointUsage(base: URL, authorize: Authorize): UsageSource {
  return {
    usage: async (name) => {
      const url = new URL(`${base.pathname.replace(ROUTE, '')}/v1/usage`, base);
      if (name !== undefined) url.searchParams.set('costCenter', name);
      const { status, body } = await callJson(url, {
        method: 'GET',
        headers: await authorize(url),
      });
      if (status === 200 && isReport(body)) return { report: body };
      const code = stringField(toUnvalidated(body), 'code');
      const detail = printable(stringField(toUnvalidated(body), 'detail') ?? '', 500);
      if (code === 'unknown_cost_center' || code === 'forbidden_cost_center') {
        return { problem: { path: '--cost-center', message: detail.replace(/\.$/, '') } };
      }
      throw new LedgerUnavailableError(refusal(url, status, detail));
    },
    close: () => undefined,
  };
}

function refusal(url: URL, status: number, detail: string): string {
  if (status === 401 || status === 403) {
    return `${url.origin} does not let this identity in (${status}): give --auth iam with an AWS_PROFILE that may invoke the API, or --auth jwt with a token in COST_SENTRY_TOKEN`;
  }
  if (status === 200) return `${url.href} is no usage of the sentry: check --url`;
  return `${url.href} answers ${status}${detail && `: ${detail}`}`;
}
