/** Where keys are made and ended: a ledger table, an API or a sandbox. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type OperatorKeys, operatorKeys } from '../../adapters/operator-keys.ts';
import { LedgerUnavailableError } from '../../core/errors.ts';
import { isJsonObject } from '../../core/json-value.ts';
import { asList, stringField, toUnvalidated } from '../../core/unvalidated.ts';
import { type OperatorApi, operatorApi } from '../remote/operator-api.ts';
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
    const found = operatorApi(target.url, io);
    if ('problem' in found) return found;
    return { source: { ...remoteKeys(found.api), close: () => undefined } };
  }
  const client = new DynamoDBClient();
  const warn = (message: string) => io.err(`${message}\n`);
  const table = { client, tableName: target.table, clock: io.clock, warn };
  const keys = operatorKeys(table, io.user ?? 'unknown');
  return { source: { ...keys, close: () => client.destroy() } };
}

const ROUTE = '/v1/operator/keys';

function remoteKeys(api: OperatorApi): OperatorKeys {
  return {
    create: (input) => {
      const { author, ...request } = isJsonObject(input) ? input : {};
      const named = !api.hasIdentity && author !== undefined && { author };
      return api.post(ROUTE, { ...request, ...named });
    },
    list: async ({ count, after }) => {
      const page = toUnvalidated(await api.get(ROUTE, { limit: String(count), after }));
      const next = stringField(page, 'next');
      if (!Array.isArray(page.get('keys'))) {
        throw new LedgerUnavailableError(
          `${api.origin} did not return a list of keys: check --url`,
        );
      }
      const keys = asList(page.get('keys')).filter(isJsonObject);
      return { keys, ...(next !== undefined && { next }) };
    },
    revoke: (id) => api.post(`${ROUTE}/revoke`, { id }),
    rotate: ({ id, graceMs }) =>
      api.post(`${ROUTE}/rotate`, { id, graceSeconds: Math.round(graceMs / 1000) }),
  };
}
