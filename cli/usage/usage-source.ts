/** Reads usage from the ledger table, or from an endpoint with `GET /v1/usage`. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDbLedger } from '../../adapters/dynamodb-ledger.ts';
import { createDynamoDbNearestHolders } from '../../adapters/dynamodb-nearest-holders.ts';
import { createDynamoDbPolicySource } from '../../adapters/dynamodb-policy.ts';
import { createDynamoDbUsageHistory } from '../../adapters/dynamodb-usage-history.ts';
import { LedgerUnavailableError } from '../../core/errors.ts';
import type { InputProblem } from '../../core/input-problem.ts';
import { holdersReport } from '../../core/insight/usage/holders-report.ts';
import type { UsageReport } from '../../core/insight/usage/usage-report.schema.ts';
import { usageReport } from '../../core/insight/usage/usage-report.ts';
import { validate as isReport } from '../../core/insight/usage/usage-report.validator.ts';
import type { Per } from '../../core/policy/policy.ts';
import { printable } from '../../core/safe-text.ts';
import { unknownValueMessage } from '../../core/schema-errors.ts';
import { asList, stringField, toUnvalidated } from '../../core/unvalidated.ts';
import type { Authorized } from '../remote/authorization.ts';
import { callJson } from '../remote/http-json.ts';
import type { Io } from '../terminal/io.ts';
import { regionOf } from '../terminal/region.ts';
import { holderAsOwner } from './format.ts';

type Usage =
  | {
      readonly report: UsageReport;
      /** As JSON, where it is not the report itself. */
      readonly json?: unknown;
    }
  | { readonly problem: InputProblem };

/** Asks for the limits that each user, key or session has for itself. */
interface HoldersQuery {
  readonly per: Per;
  readonly user?: string | undefined;
  readonly after?: string | undefined;
}

/** Throws a SentryError if the source is unavailable. */
export interface UsageSource {
  /** @param costCenter only this cost center; absent: all that the caller can read. */
  usage(costCenter: string | undefined, holders?: HoldersQuery): Promise<Usage>;
  close(): void;
}

export function tableUsage(tableName: string, io: Io): UsageSource {
  const { clock, err } = io;
  const client = new DynamoDBClient();
  const warn = (message: string) => err(`${message}\n`);
  const policies = createDynamoDbPolicySource({
    client,
    tableName,
    clock,
    region: regionOf(undefined, io),
    warn,
  });
  const ports = {
    ledger: new DynamoDbLedger(client, tableName, clock),
    history: createDynamoDbUsageHistory(client, tableName),
  };
  const nearest = createDynamoDbNearestHolders(client, tableName);
  return {
    usage: async (name, asked) => {
      const policy = await policies.load();
      const all = [...policy.costCenters.values()];
      const centers = name === undefined ? all : all.filter((each) => each.name === name);
      if (centers.length === 0 && name !== undefined) {
        const message = unknownValueMessage('cost center', name, [...policy.costCenters.keys()]);
        return { problem: { path: '--cost-center', message } };
      }
      const shared = name === undefined;
      if (asked) {
        const query = { ...asked, centers, isWhole: shared, name: asked.user, count: PAGE };
        const found = await holdersReport({ ...ports, nearest }, policy, query, clock.now());
        if (!found) return { problem: { path: '--after', message: 'is not the end of a page' } };
        return holdersAsUsage(JSON.parse(JSON.stringify(found)));
      }
      const report = await usageReport(ports, policy, { centers, shared }, clock.now());
      return { report: asJson(report) };
    },
    close: () => client.destroy(),
  };
}

const PAGE = 50;

/** Each user as an owner of limits, as the table of limits shows them. */
function holdersAsUsage(json: unknown): Usage {
  const report = toUnvalidated(json);
  const costCenters = asList(report.get('holders')).map((value) => {
    const holder = toUnvalidated(value);
    const [costCenter, name = ''] = ['costCenter', 'name'].map((each) => stringField(holder, each));
    return holderAsOwner({ costCenter, name, limits: holder.get('limits') });
  });
  return { report: asJson({ asOf: report.get('asOf'), costCenters }), json };
}

/** Serialized as an endpoint does, so that both sources return the same. */
function asJson(report: object): UsageReport {
  const value: unknown = JSON.parse(JSON.stringify(report));
  if (isReport(value)) return value;
  throw new Error('the response does not match the usage schema');
}

/** The URL can include the route, if it was copied from a request. */
const ROUTE = /(?:\/v1(?:\/usage)?)?\/?$/;

export function endpointUsage(
  base: URL,
  { authorize, isOperator = false }: Authorized,
): UsageSource {
  const route = isOperator ? '/v1/operator/usage' : '/v1/usage';
  return {
    usage: async (name, asked) => {
      const url = new URL(`${base.pathname.replace(ROUTE, '')}${route}`, base);
      const query = { costCenter: name, ...asked };
      for (const [key, value] of Object.entries(query)) {
        if (value !== undefined) url.searchParams.set(key, value);
      }
      const { status, body } = await callJson(url, {
        method: 'GET',
        headers: await authorize(url),
      });
      if (status === 200 && asked) return holdersAsUsage(body);
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
    const fix =
      'use --auth iam with an AWS_PROFILE that can invoke the API, ' +
      'or --auth jwt with a token in COST_SENTRY_TOKEN';
    return `${url.origin} denied access (${status}): ${fix}`;
  }
  if (status === 200) return `${url.href} is not a usage report: check --url`;
  return `${url.href} returned status ${status}${detail && `: ${detail}`}`;
}
