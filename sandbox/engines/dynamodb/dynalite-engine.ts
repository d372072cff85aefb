/** Runs dynalite, a DynamoDB in this process, and adds the item to errors of failed conditions. */
import { mkdir } from 'node:fs/promises';
import dynalite from 'dynalite';
import db from 'dynalite/db/index.js';
import * as updateItem from 'dynalite/validations/updateItem.js';
import { invariant } from '../../../core/errors.ts';
import { close, listen } from '../../base/loopback-server.ts';

export interface DynamoDbEngine {
  readonly url: URL;
  close(): Promise<void>;
}

/**
 * @param directory where the tables are kept; absent: in memory.
 * @throws Error when the directory can't be used, or used by another sandbox.
 */
export async function startDynalite(directory?: string): Promise<DynamoDbEngine> {
  teachAllOld();
  if (directory !== undefined) await mkdir(directory, { recursive: true });
  const { server, store } = create({
    ...(directory !== undefined && { path: directory }),
    createTableMs: 0,
  });
  await store.db.open().catch((error: Error) => {
    const cause = error.cause instanceof Object && 'code' in error.cause ? error.cause.code : '';
    const why = cause === 'LEVEL_LOCKED' ? 'used by another sandbox' : error.message;
    throw new Error(`cannot keep the ledger in ${directory}: ${why}`, { cause: error });
  });
  server.keepAliveTimeout = 60_000;
  return { url: new URL(await listen(server)), close: () => close(server) };
}

/** dynalite opens its store in the background, and throws from a request if that fails. */
function create(options: Parameters<typeof dynalite>[0]) {
  const original = db.create;
  let store: ReturnType<typeof original> | undefined;
  db.create = (settings) => {
    store = original(settings);
    return store;
  };
  try {
    const server = dynalite(options);
    invariant(store, 'dynalite creates its store immediately');
    return { server, store };
  } finally {
    db.create = original;
  }
}

/**
 * Marks the patched function, so that a second sandbox in the process does not wrap it twice.
 */
const taught = new WeakSet<object>();

/**
 * ReturnValuesOnConditionCheckFailure=ALL_OLD on UpdateItem, which dynalite does not support: its
 * validation drops the parameter, and its conditional error has no item.
 */
function teachAllOld(): void {
  const original = db.checkConditional;
  if (taught.has(original)) return;
  updateItem.types.ReturnValuesOnConditionCheckFailure = {
    type: 'String',
    enum: ['ALL_OLD', 'NONE'],
  };
  db.checkConditional = (request, item) => {
    const error = original(request, item);
    const wanted = request.ReturnValuesOnConditionCheckFailure === 'ALL_OLD';
    if (error && wanted && item) error.body.Item = item;
    return error;
  };
  taught.add(db.checkConditional);
}
