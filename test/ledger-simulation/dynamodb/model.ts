/**
 * A DynamoDB table in memory, at the level of the SDK's commands: one operation is one step, and
 * nothing happens between reading and writing an item, as on the real one.
 */
import type {
  AttributeValue,
  BatchGetItemCommandInput,
  BatchGetItemCommandOutput,
  DeleteItemCommandInput,
  GetItemCommandInput,
  GetItemCommandOutput,
  PutItemCommandInput,
  QueryCommandInput,
  ScanCommandInput,
  UpdateItemCommandInput,
  UpdateItemCommandOutput,
} from '@aws-sdk/client-dynamodb';
import { itemBytes } from '../../../adapters/dynamodb-item-size.ts';
import { holds, updated, valueAt } from './evaluate.ts';
import { type Condition, ExpressionParser, type Path, type Update } from './parser.ts';
import { conditionFailed, ITEM_BYTES_MAX, type Item, invalid } from './values.ts';

export interface ModelOptions {
  /** Whether a failed condition returns the item, as DynamoDB does and some emulators don't. */
  readonly allOld: boolean;
  /** Size at which a page of a scan or query ends; DynamoDB's own is 1 MB. */
  readonly pageBytes?: number;
  /** Called after every write that changed something. */
  readonly onWrite?: (key: ItemKey, before: Item | undefined, after: Item | undefined) => void;
}

export interface ItemKey {
  readonly pk: string;
  readonly sk: string;
}

interface Expressions {
  ConditionExpression?: string | undefined;
  FilterExpression?: string | undefined;
  KeyConditionExpression?: string | undefined;
  ProjectionExpression?: string | undefined;
  UpdateExpression?: string | undefined;
  ExpressionAttributeNames?: Record<string, string> | undefined;
  ExpressionAttributeValues?: Record<string, AttributeValue> | undefined;
}

interface Parsed {
  readonly update?: Update;
  readonly condition?: Condition;
  readonly filter?: Condition;
  readonly keyCondition?: Condition;
  readonly projection?: readonly Path[];
}

const METADATA = { $metadata: { httpStatusCode: 200 } };
const PAGE_BYTES = 1024 * 1024;
const KEY_NAMES = ['pk', 'sk'];

export class DynamoDbModel {
  readonly #items = new Map<string, Item>();
  readonly #options: ModelOptions;

  constructor(options: ModelOptions) {
    this.#options = options;
  }

  /** Every item, in key order. */
  items(): readonly Item[] {
    return [...this.#items.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, item]) => item);
  }

  update(input: UpdateItemCommandInput): UpdateItemCommandOutput {
    const key = keyOf(input.Key);
    const before = this.#items.get(textOf(key));
    const { update, condition } = parse(input);
    if (touches(update, KEY_NAMES)) throw invalid('Cannot update attribute. It is part of the key');
    this.#check(condition, before, input.ReturnValuesOnConditionCheckFailure);
    const base = before ?? { ...input.Key };
    const after = update ? updated(update, base) : base;
    if (itemBytes(after) > ITEM_BYTES_MAX) {
      throw invalid('Item size to update has exceeded the maximum allowed size');
    }
    this.#write(key, before, after);
    const attributes = returned(input.ReturnValues ?? 'NONE', before, after, update);
    return { ...METADATA, ...(attributes && { Attributes: attributes }) };
  }

  put(input: PutItemCommandInput): typeof METADATA & { Attributes?: Item } {
    const item = input.Item ?? {};
    const key = keyOf(item);
    const before = this.#items.get(textOf(key));
    this.#check(parse(input).condition, before, input.ReturnValuesOnConditionCheckFailure);
    if (itemBytes(item) > ITEM_BYTES_MAX) {
      throw invalid('Item size has exceeded the maximum allowed size');
    }
    this.#write(key, before, item);
    return {
      ...METADATA,
      ...(input.ReturnValues === 'ALL_OLD' && before && { Attributes: before }),
    };
  }

  delete(input: DeleteItemCommandInput): typeof METADATA & { Attributes?: Item } {
    const key = keyOf(input.Key);
    const before = this.#items.get(textOf(key));
    this.#check(parse(input).condition, before, input.ReturnValuesOnConditionCheckFailure);
    this.#write(key, before, undefined);
    return {
      ...METADATA,
      ...(input.ReturnValues === 'ALL_OLD' && before && { Attributes: before }),
    };
  }

  get(input: GetItemCommandInput): GetItemCommandOutput {
    const item = this.#items.get(textOf(keyOf(input.Key)));
    return { ...METADATA, ...(item && { Item: projected(item, parse(input).projection) }) };
  }

  batchGet(input: BatchGetItemCommandInput): BatchGetItemCommandOutput {
    const Responses: Record<string, Record<string, AttributeValue>[]> = {};
    for (const [table, { Keys = [] }] of Object.entries(input.RequestItems ?? {})) {
      const texts = Keys.map((key) => textOf(keyOf(key)));
      if (texts.length > 100) throw invalid('Too many items requested for the BatchGetItem call');
      if (new Set(texts).size < texts.length) {
        throw invalid('Provided list of item keys contains duplicates');
      }
      Responses[table] = texts.flatMap((text) => {
        const item = this.#items.get(text);
        return item ? [{ ...item }] : [];
      });
    }
    return { ...METADATA, Responses, UnprocessedKeys: {} };
  }

  /** A query of one partition, or a scan of all; both in key order and in pages. */
  page(input: QueryCommandInput | ScanCommandInput) {
    const { keyCondition, filter, projection } = parse(input);
    const start = input.ExclusiveStartKey && textOf(keyOf(input.ExclusiveStartKey));
    const found: Item[] = [];
    let bytes = 0;
    let scanned = 0;
    let last: Item | undefined;
    for (const item of this.items()) {
      if (start !== undefined && textOf(keyOf(item)) <= start) continue;
      if (keyCondition && !holds(keyCondition, item)) continue;
      if (last) break;
      scanned += 1;
      bytes += itemBytes(item);
      if (!filter || holds(filter, item)) found.push(projected(item, projection));
      const isFull = bytes >= (this.#options.pageBytes ?? PAGE_BYTES) || scanned === input.Limit;
      if (isFull) last = item;
    }
    const LastEvaluatedKey = last && { pk: last.pk ?? { S: '' }, sk: last.sk ?? { S: '' } };
    return {
      ...METADATA,
      Items: found.map((item) => ({ ...item })),
      Count: found.length,
      ScannedCount: scanned,
      ...(LastEvaluatedKey && { LastEvaluatedKey }),
    };
  }

  #check(condition: Condition | undefined, item: Item | undefined, returns: string | undefined) {
    if (!condition || holds(condition, item ?? {})) return;
    throw conditionFailed(this.#options.allOld && returns === 'ALL_OLD' ? item : undefined);
  }

  #write(key: ItemKey, before: Item | undefined, after: Item | undefined): void {
    if (after) this.#items.set(textOf(key), after);
    else this.#items.delete(textOf(key));
    this.#options.onWrite?.(key, before, after);
  }
}

function keyOf(key: Record<string, AttributeValue> | undefined): ItemKey {
  const [pk, sk] = [key?.pk?.S, key?.sk?.S];
  if (!pk || !sk) throw invalid('The provided key element does not match the schema');
  return { pk, sk };
}

const textOf = ({ pk, sk }: ItemKey) => `${pk}\0${sk}`;

/** @throws ValidationException also for a placeholder that no expression uses. */
function parse(input: Expressions): Parsed {
  const names = input.ExpressionAttributeNames ?? {};
  const values = input.ExpressionAttributeValues ?? {};
  const used = new Set<string>();
  const read = <T>(
    what: keyof Expressions,
    get: (parser: ExpressionParser) => T,
  ): T | undefined => {
    const text = input[what];
    if (typeof text !== 'string') return undefined;
    const parser = new ExpressionParser(what, text, { names, values });
    const parsed = get(parser);
    for (const placeholder of parser.used) used.add(placeholder);
    return parsed;
  };
  const update = read('UpdateExpression', (parser) => parser.update());
  const condition = read('ConditionExpression', (parser) => parser.condition());
  const filter = read('FilterExpression', (parser) => parser.condition());
  const keyCondition = read('KeyConditionExpression', (parser) => parser.condition());
  const projection = read('ProjectionExpression', (parser) => parser.paths());
  const unused = [...Object.keys(names), ...Object.keys(values)].filter((name) => !used.has(name));
  if (unused.length > 0) {
    throw invalid(`Value provided unused in expressions: keys: {${unused.join(', ')}}`);
  }
  return {
    ...(update && { update }),
    ...(condition && { condition }),
    ...(filter && { filter }),
    ...(keyCondition && { keyCondition }),
    ...(projection && { projection }),
  };
}

const pathsOf = ({ set, remove, add }: Update): readonly Path[] => [
  ...set.map(({ path }) => path),
  ...remove,
  ...add.map(({ path }) => path),
];

const touches = (update: Update | undefined, names: readonly string[]): boolean =>
  update !== undefined && pathsOf(update).some(([first]) => names.includes(first));

function projected(
  item: Item,
  projection: readonly Path[] | undefined,
): Record<string, AttributeValue> {
  if (!projection) return { ...item };
  if (projection.some((path) => path.length > 1))
    throw invalid('the model projects whole attributes');
  return pick(
    item,
    projection.map(([name]) => name),
  );
}

const pick = (item: Item, names: readonly string[]): Record<string, AttributeValue> =>
  Object.fromEntries(
    names.flatMap((name) => {
      const value = item[name];
      return value ? [[name, value]] : [];
    }),
  );

/** Attributes of an UpdateItem's answer; undefined when there are none. */
function returned(
  which: string,
  before: Item | undefined,
  after: Item,
  update: Update | undefined,
): Record<string, AttributeValue> | undefined {
  if (which === 'NONE') return undefined;
  if (which === 'ALL_NEW') return { ...after };
  if (which === 'ALL_OLD') return before && { ...before };
  const item = which === 'UPDATED_NEW' ? after : (before ?? {});
  const paths = update ? pathsOf(update) : [];
  // Of a nested path only the part that was written comes back.
  const whole = paths.filter((path) => path.length === 1).map(([name]) => name);
  const attributes = pick(item, whole);
  for (const path of paths.filter((each) => each.length > 1))
    nest(attributes, path, valueAt(item, path));
  return Object.keys(attributes).length > 0 ? attributes : undefined;
}

function nest(into: Record<string, AttributeValue>, path: Path, value: AttributeValue | undefined) {
  if (!value) return;
  const [first, ...rest] = path;
  const [second, ...others] = rest;
  if (second === undefined) {
    into[first] = value;
    return;
  }
  const inner = { ...into[first]?.M };
  nest(inner, [second, ...others], value);
  into[first] = { M: inner };
}
