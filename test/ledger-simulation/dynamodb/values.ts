/** Attribute values of the model: sizes, order and arithmetic as DynamoDB documents them. */
import {
  type AttributeValue,
  ConditionalCheckFailedException,
  DynamoDBServiceException,
} from '@aws-sdk/client-dynamodb';

export type Item = Readonly<Record<string, AttributeValue>>;

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html, 2026-11. */
export const ITEM_BYTES_MAX = 400 * 1024;

export const invalid = (message: string): DynamoDBServiceException =>
  new DynamoDBServiceException({
    name: 'ValidationException',
    $fault: 'client',
    $metadata: { httpStatusCode: 400 },
    message,
  });

export const conditionFailed = (item: Item | undefined): ConditionalCheckFailedException =>
  new ConditionalCheckFailedException({
    message: 'The conditional request failed',
    $metadata: { httpStatusCode: 400 },
    ...(item && { Item: { ...item } }),
  });

export const typeOf = (value: AttributeValue): string => Object.keys(value)[0] ?? '';

/** The ledger counts in integers; the model refuses anything else rather than round it. */
function integerOf(value: AttributeValue, what: string): bigint {
  if (value.N === undefined) throw invalid(`${what}: an operand has the type ${typeOf(value)}`);
  if (!/^-?\d+$/.test(value.N)) throw invalid(`${what}: the model only knows integers`);
  return BigInt(value.N);
}

/** @throws ValidationException when either is no number. */
export function add(left: AttributeValue, right: AttributeValue, sign: 1n | -1n): AttributeValue {
  const what = 'Incorrect operand type for operator or function';
  return { N: String(integerOf(left, what) + sign * integerOf(right, what)) };
}

/** Negative, zero or positive; undefined when the two can't be ordered. */
export function compare(left: AttributeValue, right: AttributeValue): number | undefined {
  if (left.N !== undefined && right.N !== undefined) {
    const difference = integerOf(left, 'compare') - integerOf(right, 'compare');
    return difference < 0n ? -1 : difference > 0n ? 1 : 0;
  }
  if (left.S !== undefined && right.S !== undefined) {
    return Buffer.compare(Buffer.from(left.S), Buffer.from(right.S));
  }
  return undefined;
}

export function equal(left: AttributeValue, right: AttributeValue): boolean {
  const order = compare(left, right);
  return order === undefined ? canonical(left) === canonical(right) : order === 0;
}

/** A text that two equal values share, whatever the order of their map's keys. */
export function canonical(value: AttributeValue | Item): string {
  const sorted = (part: unknown): unknown => {
    if (Array.isArray(part)) return part.map(sorted);
    if (typeof part !== 'object' || part === null) return part;
    const entries = Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(entries.map(([name, each]) => [name, sorted(each)]));
  };
  return JSON.stringify(sorted(value));
}
