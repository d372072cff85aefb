/** Random requests beyond what the ledger sends today, many of them wrong on purpose. */
import {
  type AttributeValue,
  BatchGetItemCommand,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { number, Placeholders } from '../../../functions/adapters/ledger-expressions.ts';
import type { Random } from '../../simulation/random.ts';

const PARTITIONS = ['raw', 'override'] as const;
const SORTS = ['one', 'two', '0d9f-3'] as const;
const PLAIN = ['c_a', 's_a', 'body', 'audited'] as const;
const MAPS = ['r_a', 'r_b'] as const;
const INSIDE = ['e', 'n', 'a'] as const;
const RETURNS = ['NONE', 'ALL_OLD', 'ALL_NEW', 'UPDATED_OLD', 'UPDATED_NEW'] as const;

/** Where requests go, and whether some are to be wrong. */
export interface Target {
  readonly client: DynamoDBClient;
  readonly table: string;
  readonly withFaults: boolean;
}

/** Sends one random request; what it is answered is compared elsewhere. */
export async function rawStep(random: Random, target: Target): Promise<void> {
  const step = random.pick([update, update, update, update, put, remove, get, batchGet, query]);
  await step(random, target);
}

const keyOf = (random: Random) => ({
  pk: { S: random.pick(PARTITIONS) },
  sk: { S: random.pick(SORTS) },
});

async function update(random: Random, target: Target): Promise<void> {
  const p = new Placeholders();
  const condition = random.chance(0.6) ? conditionText(random, p, 2) : undefined;
  const expression = p.expression(updateText(random, p), condition);
  const { client, table: TableName, withFaults } = target;
  await client.send(
    new UpdateItemCommand({
      TableName,
      Key: keyOf(random),
      ...(withFaults ? broken(random, expression) : expression),
      ReturnValues: random.pick(RETURNS),
      ...(random.chance(0.7) && { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' }),
    }),
  );
}

async function put(random: Random, { client, table: TableName }: Target): Promise<void> {
  const item: Record<string, AttributeValue> = keyOf(random);
  for (const name of PLAIN) if (random.chance(0.5)) item[name] = scalar(random);
  for (const name of MAPS) if (random.chance(0.5)) item[name] = map(random);
  await client.send(new PutItemCommand({ TableName, Item: item, ...conditionOf(random) }));
}

async function remove(random: Random, { client, table: TableName }: Target): Promise<void> {
  await client.send(
    new DeleteItemCommand({
      TableName,
      Key: keyOf(random),
      ...conditionOf(random),
      ReturnValues: random.pick(['NONE', 'ALL_OLD']),
    }),
  );
}

async function get(random: Random, { client, table: TableName }: Target): Promise<void> {
  const p = new Placeholders();
  const ProjectionExpression = [p.name(random.pick(PLAIN)), p.name(random.pick(MAPS))].join(', ');
  const projection = { ProjectionExpression, ExpressionAttributeNames: p.names };
  await client.send(
    new GetItemCommand({ TableName, Key: keyOf(random), ...(random.chance(0.5) && projection) }),
  );
}

async function batchGet(random: Random, { client, table }: Target): Promise<void> {
  // Now and then twice the same key, which is refused.
  const Keys = [keyOf(random), keyOf(random)];
  await client.send(new BatchGetItemCommand({ RequestItems: { [table]: { Keys } } }));
}

async function query(random: Random, { client, table: TableName }: Target): Promise<void> {
  await client.send(
    new QueryCommand({
      TableName,
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :sk)',
      ExpressionAttributeValues: {
        ':pk': { S: random.pick(PARTITIONS) },
        ':sk': { S: random.pick(['t', 'o', '0']) },
      },
      ...(random.chance(0.5) && { Limit: 1 }),
    }),
  );
}

function conditionOf(random: Random) {
  if (random.chance(0.4)) return {};
  const p = new Placeholders();
  const ConditionExpression = conditionText(random, p, 1);
  const { ExpressionAttributeNames, ExpressionAttributeValues } = p.expression('');
  return { ConditionExpression, ExpressionAttributeNames, ExpressionAttributeValues };
}

const scalar = (random: Random): AttributeValue =>
  random.chance(0.7) ? number(random.integer(-3, 12)) : { S: random.pick(['a', 'ab', 'b', 'é']) };

const map = (random: Random): AttributeValue => ({
  M: { e: number(random.integer(0, 2)), n: { S: 'first' }, a: { M: { c: scalar(random) } } },
});

function pathText(random: Random, p: Placeholders): string {
  const nested = () => `${p.name(random.pick(MAPS))}.${p.name(random.pick(INSIDE))}`;
  return random.chance(0.7) ? p.name(random.pick(PLAIN)) : nested();
}

function conditionText(random: Random, p: Placeholders, depth: number): string {
  const inner = () => conditionText(random, p, depth - 1);
  if (depth > 0) {
    const kind = random.integer(0, 5);
    if (kind === 0) return `${inner()} AND ${inner()}`;
    if (kind === 1) return `${inner()} OR ${inner()}`;
    if (kind === 2) return `NOT (${inner()})`;
    if (kind === 3) return `(${inner()} OR ${inner()}) AND ${inner()}`;
  }
  const path = pathText(random, p);
  switch (random.integer(0, 7)) {
    case 0:
      return `attribute_exists(${path})`;
    case 1:
      return `attribute_not_exists(${path})`;
    case 2:
      return `begins_with(${path}, ${p.value({ S: random.pick(['a', 'b']) })})`;
    case 3:
      return `contains(${path}, ${p.value({ S: random.pick(['a', 'b']) })})`;
    case 4: {
      const low = random.integer(-3, 6);
      const high = low + random.integer(0, 6);
      return `${path} BETWEEN ${p.value(number(low))} AND ${p.value(number(high))}`;
    }
    case 5:
      return `${path} IN (${p.value(scalar(random))}, ${p.value(scalar(random))})`;
    default: {
      // With a value: engines differ on two attributes that are both missing.
      const comparator = random.pick(['=', '<>', '<', '<=', '>', '>=']);
      return `${path} ${comparator} ${p.value(scalar(random))}`;
    }
  }
}

function updateText(random: Random, p: Placeholders): string {
  // Each attribute once: paths that overlap are one of the faults below.
  const targets = PLAIN.filter(() => random.chance(0.5)).map((name) => p.name(name));
  for (const name of MAPS) {
    if (random.chance(0.3)) targets.push(`${p.name(name)}.${p.name(random.pick(INSIDE))}`);
  }
  const sections: Record<'SET' | 'REMOVE' | 'ADD', string[]> = { SET: [], REMOVE: [], ADD: [] };
  for (const path of targets.length > 0 ? targets : [p.name('c_a')]) {
    const section = random.pick(['SET', 'SET', 'SET', 'REMOVE', 'REMOVE', 'ADD']);
    // Only top-level attributes take an ADD.
    if (section === 'REMOVE') sections.REMOVE.push(path);
    else if (section === 'ADD' && !path.includes('.')) {
      sections.ADD.push(`${path} ${p.value(number(random.integer(-2, 2)))}`);
    } else sections.SET.push(`${path} = ${assignedText(random, p)}`);
  }
  return Object.entries(sections)
    .filter(([, parts]) => parts.length > 0)
    .map(([section, parts]) => `${section} ${parts.join(', ')}`)
    .join(' ');
}

function assignedText(random: Random, p: Placeholders): string {
  const numeric = () => p.value(number(random.integer(-3, 9)));
  switch (random.integer(0, 5)) {
    case 0:
      return p.value(map(random));
    case 1:
      return p.value(scalar(random));
    case 2:
      return pathText(random, p);
    case 3:
      return `if_not_exists(${pathText(random, p)}, ${p.value(scalar(random))})`;
    case 4:
      return `${pathText(random, p)} ${random.pick(['+', '-'])} ${numeric()}`;
    default:
      return `if_not_exists(${pathText(random, p)}, ${numeric()}) + ${numeric()}`;
  }
}

type Expression = ReturnType<Placeholders['expression']>;

/** One request in five gets one of the faults that DynamoDB finds before it looks at the item. */
function broken(random: Random, expression: Expression): Expression {
  if (random.chance(0.8)) return expression;
  const { UpdateExpression = '' } = expression;
  const names = { ...expression.ExpressionAttributeNames };
  const values = { ...expression.ExpressionAttributeValues };
  const updating = (text: string) => ({ ...expression, UpdateExpression: text });
  switch (random.integer(0, 7)) {
    case 0:
      return { ...expression, ExpressionAttributeNames: { ...names, '#unused': 'c_a' } };
    case 1:
      return { ...expression, ExpressionAttributeValues: { ...values, ':unused': number(1) } };
    case 2:
      return updating(`${UpdateExpression}, #missing`);
    case 3:
      return { ...expression, ExpressionAttributeNames: { ...names, '#0': 'pk' } };
    case 4:
      return updating('REMOVE #0, #0');
    case 5:
      return updating(UpdateExpression.replace(/[A-Z]+/, 'PUT'));
    case 6:
      return {
        UpdateExpression: 'SET #0 = #0 + :text',
        ExpressionAttributeNames: { '#0': 'c_a' },
        ExpressionAttributeValues: { ':text': { S: '1' } },
      };
    default:
      return updating(UpdateExpression.slice(0, random.integer(1, 12)));
  }
}
