/** Random requests beyond what the ledger sends today, many of them wrong on purpose. */
import {
  BatchGetItemCommand,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { number, Placeholders } from '../../../adapters/dynamodb-ledger-expressions.ts';
import type { Random } from '../../ledger-simulation/random.ts';
import { type DrawOptions, ExpressionDraw, MAPS, PLAIN } from './raw-expressions.ts';

const PARTITIONS = ['raw', 'override'] as const;
const SORTS = ['one', 'two', '0d9f-3'] as const;
const RETURNS = ['NONE', 'ALL_OLD', 'ALL_NEW', 'UPDATED_OLD', 'UPDATED_NEW'] as const;

/** Where requests go, and whether some are to be wrong. */
export interface Target extends DrawOptions {
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
  const { client, table: TableName, withFaults } = target;
  const p = new Placeholders();
  const draw = new ExpressionDraw(random, p, target);
  const condition = random.chance(0.6) ? draw.condition(2) : undefined;
  const expression = p.expression(draw.update(), condition);
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

async function put(random: Random, target: Target): Promise<void> {
  const { client, table: TableName } = target;
  const draw = new ExpressionDraw(random, new Placeholders(), target);
  const item = { ...keyOf(random), ...draw.attributes() };
  await client.send(new PutItemCommand({ TableName, Item: item, ...conditionOf(random, target) }));
}

async function remove(random: Random, target: Target): Promise<void> {
  const { client, table: TableName } = target;
  await client.send(
    new DeleteItemCommand({
      TableName,
      Key: keyOf(random),
      ...conditionOf(random, target),
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
  const key = keyOf(random);
  // Sometimes twice the same key, which is refused.
  const Keys = [key, random.chance(0.3) ? key : keyOf(random)];
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

function conditionOf(random: Random, options: DrawOptions) {
  if (random.chance(0.4)) return {};
  const p = new Placeholders();
  const ConditionExpression = new ExpressionDraw(random, p, options).condition(1);
  const { ExpressionAttributeNames, ExpressionAttributeValues } = p.expression('');
  return { ConditionExpression, ExpressionAttributeNames, ExpressionAttributeValues };
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
