/** Keys as an operator makes and ends them, on the ledger table. */
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  createKey,
  type KeyChange,
  type KeyPage,
  type KeyQuery,
  type KeyRotation,
  keyReport,
  keyWarnings,
  revokeKey,
  rotateKey,
} from '../core/call/identity/manage-proxy-keys.ts';
import { isTokenId } from '../core/call/identity/proxy-key-format.ts';
import { parseKeyRequest } from '../core/call/identity/proxy-key-request.ts';
import { revokeToken, tokenReport } from '../core/call/identity/tokens.ts';
import type { JsonObject } from '../core/json-value.ts';
import { quoted } from '../core/safe-text.ts';
import type { Clock } from '../core/time.ts';
import { createDynamoDbPolicySource } from './dynamodb-policy.ts';
import { DynamoDbKeys } from './dynamodb-proxy-keys.ts';
import { DynamoDbTokens } from './dynamodb-tokens.ts';
import { systemRandomBytes, systemSecrets } from './system.ts';

interface KeysTable {
  readonly client: DynamoDBClient;
  readonly tableName: string;
  readonly clock: Clock;
  readonly warn: (message: string) => void;
}

/** Answers are JSON; a new key's text is in `key`, and nowhere else. Methods throw a SentryError. */
export interface OperatorKeys {
  create(input: unknown): Promise<KeyChange<JsonObject>>;
  list(query: KeyQuery): Promise<KeyPage<JsonObject>>;
  revoke(id: string): Promise<KeyChange<JsonObject>>;
  rotate(rotation: KeyRotation): Promise<KeyChange<JsonObject>>;
}

/** @param author who makes changes, where a request does not say. */
export function operatorKeys(table: KeysTable, author: string): OperatorKeys {
  const { client, tableName, clock, warn } = table;
  const keys = new DynamoDbKeys(client, tableName);
  const tokens = new DynamoDbTokens(client, tableName);
  const ports = { keys, secrets: systemSecrets, random: systemRandomBytes, clock };
  const policies = () =>
    createDynamoDbPolicySource({ client, tableName, clock, warn, isConsistent: true }).load();
  return {
    create: async (input) => {
      const parsed = parseKeyRequest(input, author);
      if ('problems' in parsed) return parsed;
      const policy = await policies();
      const made = await createKey(ports, policy, parsed.value);
      if ('problems' in made) return made;
      const { record, key } = made.value;
      const warnings = keyWarnings(policy, record);
      const warned = warnings.length > 0 && { warnings };
      return { value: { ...keyReport(record, clock.now()), key, ...warned } };
    },
    list: async (query) => {
      const page = await keys.list(query);
      const now = clock.now();
      return { ...page, keys: page.keys.map((record) => ({ ...keyReport(record, now) })) };
    },
    revoke: async (id) => {
      if (isTokenId(id)) {
        const ended = await revokeToken({ tokens, clock }, id, author);
        if (ended) return { value: { ...tokenReport(ended, clock.now()) } };
        return { problems: [{ path: 'id', message: `there is no token ${quoted(id)}` }] };
      }
      const revoked = await revokeKey(ports, { id, author });
      return 'problems' in revoked
        ? revoked
        : { value: { ...keyReport(revoked.value, clock.now()) } };
    },
    rotate: async (rotation) => {
      const made = await rotateKey(ports, { ...rotation, author });
      if ('problems' in made) return made;
      const { record, key, replaced } = made.value;
      const old = keyReport(replaced, clock.now());
      return { value: { ...keyReport(record, clock.now()), key, replaced: old } };
    },
  };
}

const PAGE = 100;

/** Of all pages. */
export async function allKeys(keys: Pick<OperatorKeys, 'list'>): Promise<readonly JsonObject[]> {
  const all: JsonObject[] = [];
  let after: string | undefined;
  do {
    const page = await keys.list({ count: PAGE, ...(after !== undefined && { after }) });
    all.push(...page.keys);
    after = page.next;
  } while (after !== undefined);
  return all;
}
