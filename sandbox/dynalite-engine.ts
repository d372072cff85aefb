/** dynalite, a DynamoDB in this process, taught to return the item that failed a condition. */
import { mkdir } from 'node:fs/promises';
import dynalite from 'dynalite';
import db from 'dynalite/db/index.js';
import * as updateItem from 'dynalite/validations/updateItem.js';
import { close, listen } from './loopback.ts';

export interface Engine {
  readonly url: URL;
  close(): Promise<void>;
}

/**
 * @param directory where the tables are kept; absent: in memory.
 * @throws Error when the directory can't be used, or another sandbox uses it.
 */
export async function startDynalite(directory?: string): Promise<Engine> {
  teachAllOld();
  if (directory !== undefined) await mkdir(directory, { recursive: true });
  const server = dynalite({
    ...(directory !== undefined && { path: directory }),
    createTableMs: 0,
  });
  server.keepAliveTimeout = 60_000;
  return { url: new URL(await listen(server)), close: () => close(server) };
}

/** Own mark on the patched function, so that a second sandbox in the process doesn't wrap it twice. */
const taught = new WeakSet<object>();

/**
 * ReturnValuesOnConditionCheckFailure=ALL_OLD on UpdateItem, which dynalite does not know: its
 * validation drops the parameter, and its conditional error carries no item.
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
