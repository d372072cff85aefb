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

/** Sends one random request; what it is answered is compared elsewhere. */
export async function rawStep(random: Random, client: DynamoDBClient, table: string) {
  const step = random.pick([update, update, update, update, put, remove, get, batchGet, query]);
  await step(random, client, table);
}

const keyOf = (random: Random) => ({
  pk: { S: random.pick(PARTITIONS) },
  sk: { S: random.pick(SORTS) },
});

async function update(random: Random, client: DynamoDBClient, TableName: string): Promise<void> {
  const p = new Placeholders();
  const condition = random.chance(0.6) ? conditionText(random, p, 2) : undefined;
  const expression = p.expression(updateText(random, p), condition);
  await client.send(
    new UpdateItemCommand({
      TableName,
      Key: keyOf(random),
      ...broken(random, expression),
      ReturnValues: random.pick(RETURNS),
      ...(random.chance(0.7) && { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' }),
    }),
  );
}

async function put(random: Random, client: DynamoDBClient, TableName: string): Promise<void> {
  const item: Record<string, AttributeValue> = keyOf(random);
  for (const name of PLAIN) if (random.chance(0.5)) item[name] = scalar(random);
  for (const name of MAPS) if (random.chance(0.5)) item[name] = map(random);
  await client.send(new PutItemCommand({ TableName, Item: item, ...conditionOf(random) }));
}

async function remove(random: Random, client: DynamoDBClient, TableName: string): Promise<void> {
  await client.send(
    new DeleteItemCommand({
      TableName,
      Key: keyOf(random),
      ...conditionOf(random),
      ReturnValues: random.pick(['NONE', 'ALL_OLD']),
    }),
  );
}

async function get(random: Random, client: DynamoDBClient, TableName: string): Promise<void> {
  const p = new Placeholders();
  const ProjectionExpression = [p.name(random.pick(PLAIN)), p.name(random.pick(MAPS))].join(', ');
  const projection = { ProjectionExpression, ExpressionAttributeNames: p.names };
  await client.send(
    new GetItemCommand({ TableName, Key: keyOf(random), ...(random.chance(0.5) && projection) }),
  );
}

async function batchGet(random: Random, client: DynamoDBClient, table: string): Promise<void> {
  // Now and then twice the same key, which is refused.
  const Keys = [keyOf(random), keyOf(random)];
  await client.send(new BatchGetItemCommand({ RequestItems: { [table]: { Keys } } }));
}

async function query(random: Random, client: DynamoDBClient, TableName: string): Promise<void> {
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

const operandText = (random: Random, p: Placeholders): string =>
  random.chance(0.5) ? pathText(random, p) : p.value(scalar(random));

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
  const sets = Array.from({ length: random.integer(0, 2) }, () => assignmentText(random, p));
  const removes = Array.from({ length: random.integer(0, 2) }, () => pathText(random, p));
  const adds = random.chance(0.2)
    ? [`${p.name(random.pick(PLAIN))} ${p.value(number(random.integer(-2, 2)))}`]
    : [];
  const sections = [
    ...(sets.length > 0 ? [`SET ${sets.join(', ')}`] : []),
    ...(removes.length > 0 ? [`REMOVE ${removes.join(', ')}`] : []),
    ...(adds.length > 0 ? [`ADD ${adds.join(', ')}`] : []),
  ];
  return sections.length > 0 ? sections.join(' ') : `REMOVE ${p.name(random.pick(PLAIN))}`;
}

function assignmentText(random: Random, p: Placeholders): string {
  if (random.chance(0.2)) return `${p.name(random.pick(MAPS))} = ${p.value(map(random))}`;
  const path = pathText(random, p);
  const base = random.chance(0.5)
    ? `if_not_exists(${pathText(random, p)}, ${p.value(number(0))})`
    : operandText(random, p);
  if (random.chance(0.4)) return `${path} = ${base}`;
  return `${path} = ${base} ${random.pick(['+', '-'])} ${p.value(number(random.integer(-3, 9)))}`;
}

type Expression = ReturnType<Placeholders['expression']>;

/** One request in five gets one of the faults that DynamoDB refuses. */
function broken(random: Random, expression: Expression): Expression {
  if (random.chance(0.8)) return expression;
  const { UpdateExpression = '', ExpressionAttributeNames, ExpressionAttributeValues } = expression;
  const names = { ...ExpressionAttributeNames };
  switch (random.integer(0, 6)) {
    case 0:
      return { ...expression, ExpressionAttributeNames: { ...names, '#unused': 'c_a' } };
    case 1:
      return {
        ...expression,
        ExpressionAttributeValues: { ...ExpressionAttributeValues, ':unused': number(1) },
      };
    case 2:
      return { ...expression, UpdateExpression: `${UpdateExpression}, #missing` };
    case 3:
      return { ...expression, ExpressionAttributeNames: { ...names, '#0': 'pk' } };
    case 4:
      return { ...expression, UpdateExpression: `${UpdateExpression} REMOVE #0, #0` };
    case 5:
      return { ...expression, UpdateExpression: UpdateExpression.replace(/[A-Z]+/, 'PUT') };
    default:
      return { ...expression, UpdateExpression: UpdateExpression.slice(0, random.integer(1, 12)) };
  }
}
