/** Where keys are made and ended: a ledger table, or a sandbox. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type OperatorKeys, operatorKeys } from '../../adapters/operator-keys.ts';
import type { KeyChange } from '../../core/call/identity/manage-proxy-keys.ts';
import { LedgerUnavailableError } from '../../core/errors.ts';
import type { InputProblem } from '../../core/input-problem.ts';
import { isJsonObject, type JsonObject } from '../../core/json-value.ts';
import { printable } from '../../core/safe-text.ts';
import { asList, stringField, toUnvalidated } from '../../core/unvalidated.ts';
import { callJson, parseUrl } from '../remote/http-json.ts';
import { ledgerTarget, type TargetFlags } from '../remote/target.ts';
import type { FoundSource } from '../remote/with-source.ts';
import type { Io } from '../terminal/io.ts';

interface KeysSource extends OperatorKeys {
  close(): void;
}

export function openKeys(flags: TargetFlags, io: Io): FoundSource<KeysSource> {
  const target = ledgerTarget(flags, io);
  if ('problem' in target) return target;
  if ('url' in target) {
    const base = parseUrl(target.url);
    if ('problem' in base) return base;
    return { source: { ...sandboxKeys(base.url), close: () => undefined } };
  }
  const client = new DynamoDBClient();
  const warn = (message: string) => io.err(`${message}\n`);
  const table = { client, tableName: target.table, clock: io.clock, warn };
  const keys = operatorKeys(table, io.user ?? 'unknown');
  return { source: { ...keys, close: () => client.destroy() } };
}

const ROUTE = '/_sandbox/keys';

function sandboxKeys(base: URL): OperatorKeys {
  const call = async (
    method: string,
    route: string,
    input?: object,
  ): Promise<KeyChange<unknown>> => {
    const { status, body } = await callJson(new URL(route, base), {
      method,
      ...(input && { input }),
    });
    const problems = asList(toUnvalidated(body).get('errors')).map(toProblem);
    if (status === 400 && problems.length > 0) return { problems };
    if (status === 200) return { value: body };
    const detail = stringField(toUnvalidated(body), 'detail') ?? `status ${status}`;
    throw new LedgerUnavailableError(`${base.origin} refused: ${printable(detail, 500)}`);
  };
  const change = async (
    method: string,
    route: string,
    input: object,
  ): Promise<KeyChange<JsonObject>> => {
    const result = await call(method, route, input);
    return 'problems' in result ? result : { value: asObject(result.value) };
  };
  return {
    create: (input) => change('POST', ROUTE, asObject(input)),
    list: async () => {
      const result = await call('GET', ROUTE);
      return 'problems' in result ? [] : asList(result.value).filter(isJsonObject);
    },
    revoke: (id) => change('DELETE', ROUTE, { id }),
    rotate: ({ id, graceMs }) =>
      change('POST', `${ROUTE}/rotate`, { id, graceSeconds: Math.round(graceMs / 1000) }),
  };
}

const asObject = (value: unknown): JsonObject => (isJsonObject(value) ? value : {});

const toProblem = (each: unknown): InputProblem => ({
  path: stringField(toUnvalidated(each), 'path') ?? '',
  message: printable(stringField(toUnvalidated(each), 'message') ?? '', 500),
});
