/**
 * Idempotency records on the ledger's table: one conditional UpdateItem each, nothing read first.
 */
import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type {
  Claim,
  ClaimResult,
  ClaimWrite,
  IdempotencyStore,
  StoredAnswer,
} from '../core/call/idempotency/ports.ts';
import { LedgerUnavailableError } from '../core/errors.ts';
import type { EpochSeconds } from '../core/time.ts';
import { type Expression, number, Placeholders } from './dynamodb-ledger-expressions.ts';
import type { AttributeMap } from './dynamodb-reservation-encoding.ts';

const PARTITION_PREFIX = 'idempotency#';
const SORT_KEY = 'request';
const CLAIM_TRIES = 3;

/** A refused write, and the record it met. */
interface Refused {
  readonly met: AttributeMap | undefined;
}

export class DynamoDbIdempotency implements IdempotencyStore {
  readonly #client: DynamoDBClient;
  readonly #table: string;

  constructor(client: DynamoDBClient, table: string) {
    this.#client = client;
    this.#table = table;
  }

  async claim(write: ClaimWrite): Promise<ClaimResult> {
    for (let tries = 0; tries < CLAIM_TRIES; tries += 1) {
      const refused = await this.#update(write, claimExpression(write));
      if (!refused) return { outcome: 'claimed' };
      // Where the record had to be read after the write, it may be gone by then.
      const item = refused.met ?? (await this.#read(write));
      if (item?.attemptId) return resultOf(item, write);
    }
    throw new LedgerUnavailableError('the idempotency record changes too fast to be read');
  }

  async complete(claim: Claim, answer: StoredAnswer, expiresAt: EpochSeconds): Promise<void> {
    const p = new Placeholders();
    const sets = [
      `${p.name('answer')} = ${p.value({ S: JSON.stringify(answer) })}`,
      `${p.name('ttl')} = ${p.value(number(expiresAt))}`,
    ];
    const update = `SET ${sets.join(', ')} REMOVE ${p.name('runningUntil')}`;
    await this.#update(claim, p.expression(update, isOwn(p, claim)));
  }

  async release(claim: Claim, now: EpochSeconds): Promise<void> {
    const p = new Placeholders();
    const emptied = ['attemptId', 'requestId', 'fingerprint', 'runningUntil', 'answer'];
    const removed = emptied.map((name) => p.name(name)).join(', ');
    const update = `SET ${p.name('ttl')} = ${p.value(number(now))} REMOVE ${removed}`;
    await this.#update(claim, p.expression(update, isOwn(p, claim)));
  }

  /** @returns what the write met when its condition did not hold. */
  async #update(claim: Claim, expression: Expression): Promise<Refused | undefined> {
    const command = new UpdateItemCommand({
      TableName: this.#table,
      Key: key(claim),
      ...expression,
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
    try {
      await this.#client.send(command);
      return undefined;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return { met: error.Item };
      throw unavailable(error);
    }
  }

  /** For engines that do not return the item with a failed condition. */
  async #read(claim: Claim): Promise<AttributeMap | undefined> {
    const command = new GetItemCommand({
      TableName: this.#table,
      Key: key(claim),
      ConsistentRead: true,
    });
    try {
      return (await this.#client.send(command)).Item;
    } catch (error) {
      throw unavailable(error);
    }
  }
}

const key = ({ record }: Claim): AttributeMap => ({
  pk: { S: PARTITION_PREFIX + record },
  sk: { S: SORT_KEY },
});

const unavailable = (cause: unknown): LedgerUnavailableError =>
  new LedgerUnavailableError('the ledger did not answer', cause);

const isOwn = (p: Placeholders, { attemptId }: Claim): string =>
  `${p.name('attemptId')} = ${p.value({ S: attemptId })}`;

/**
 * Takes the record if there is none, if its time is over (DynamoDB deletes days later), or if it is
 * of the same request and either this call's own or that of a dead call. A completed one has no
 * `runningUntil`, so no comparison with it holds.
 */
function claimExpression(write: ClaimWrite): Expression {
  const p = new Placeholders();
  const [attempt, ttl] = [p.name('attemptId'), p.name('ttl')];
  const [fingerprint, until] = [p.name('fingerprint'), p.name('runningUntil')];
  const [own, now] = [p.value({ S: write.attemptId }), p.value(number(write.now))];
  const newUntil = p.value(number(write.runningUntil));
  const same = p.value({ S: write.fingerprint });
  const sets = [
    `${attempt} = ${own}`,
    `${fingerprint} = ${same}`,
    `${p.name('requestId')} = ${p.value({ S: write.requestId })}`,
    `${until} = ${newUntil}`,
    `${ttl} = ${p.value(number(write.expiresAt))}`,
  ];
  // A late copy of an earlier try must not shorten what a later try of the call has claimed.
  const isOwnOrDead = `((${attempt} = ${own} AND ${until} <= ${newUntil}) OR ${until} <= ${now})`;
  const condition = [
    `attribute_not_exists(${attempt})`,
    `${ttl} <= ${now}`,
    `(${fingerprint} = ${same} AND ${isOwnOrDead})`,
  ].join(' OR ');
  return p.expression(`SET ${sets.join(', ')} REMOVE ${p.name('answer')}`, condition);
}

function resultOf(item: AttributeMap, write: ClaimWrite): ClaimResult {
  const requestId = item.requestId?.S ?? '';
  if (item.fingerprint?.S !== write.fingerprint) return { outcome: 'reused', requestId };
  const answer = item.answer?.S;
  if (answer !== undefined) return { outcome: 'completed', requestId, answer: JSON.parse(answer) };
  if (item.attemptId?.S === write.attemptId) return { outcome: 'claimed' };
  return { outcome: 'running', requestId };
}
