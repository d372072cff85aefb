/** Effects of expressions on an item. */
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Condition, Operand, Path, Update } from './parser.ts';
import { add, compare, equal, type Item, invalid } from './values.ts';

export function valueAt(item: Item, [first, ...rest]: Path): AttributeValue | undefined {
  let value = item[first];
  for (const name of rest) value = value?.M?.[name];
  return value;
}

export function holds(condition: Condition, item: Item): boolean {
  switch (condition.kind) {
    case 'and':
      return holds(condition.left, item) && holds(condition.right, item);
    case 'or':
      return holds(condition.left, item) || holds(condition.right, item);
    case 'not':
      return !holds(condition.of, item);
    case 'exists':
      return valueAt(item, condition.path) !== undefined;
    case 'not_exists':
      return valueAt(item, condition.path) === undefined;
    case 'begins_with':
    case 'contains': {
      const of = operandOf(condition.of, item)?.S;
      const part = operandOf(condition.with, item)?.S;
      if (of === undefined || part === undefined) return false;
      return condition.kind === 'contains' ? of.includes(part) : of.startsWith(part);
    }
    case 'between': {
      const low = order(condition.of, condition.low, item);
      const high = order(condition.of, condition.high, item);
      return low !== undefined && high !== undefined && low >= 0 && high <= 0;
    }
    case 'in':
      return condition.options.some((option) => order(condition.of, option, item) === 0);
    case 'compare':
      return compares(condition, item);
  }
}

/** A missing attribute or another type is only ever "not equal". */
function compares(
  { comparator, left, right }: Extract<Condition, { kind: 'compare' }>,
  item: Item,
): boolean {
  const [a, b] = [operandOf(left, item), operandOf(right, item)];
  if (comparator === '=' || comparator === '<>') {
    const same = a !== undefined && b !== undefined && equal(a, b);
    return comparator === '=' ? same : !same;
  }
  const difference = a && b ? compare(a, b) : undefined;
  if (difference === undefined) return false;
  if (comparator === '<') return difference < 0;
  if (comparator === '<=') return difference <= 0;
  return comparator === '>' ? difference > 0 : difference >= 0;
}

function order(left: Operand, right: Operand, item: Item): number | undefined {
  const [a, b] = [operandOf(left, item), operandOf(right, item)];
  return a && b ? compare(a, b) : undefined;
}

function operandOf(operand: Operand, item: Item): AttributeValue | undefined {
  switch (operand.kind) {
    case 'value':
      return operand.value;
    case 'path':
      return valueAt(item, operand.path);
    case 'if_not_exists':
      return valueAt(item, operand.path) ?? operandOf(operand.otherwise, item);
    case 'size': {
      const value = valueAt(item, operand.path);
      const size = value?.S !== undefined ? Buffer.byteLength(value.S) : mapSize(value);
      return size === undefined ? undefined : { N: String(size) };
    }
    case 'sum':
      return add(needed(operand.left, item), needed(operand.right, item), operand.sign);
  }
}

const mapSize = (value: AttributeValue | undefined): number | undefined =>
  value?.M ? Object.keys(value.M).length : value?.L?.length;

function needed(operand: Operand, item: Item): AttributeValue {
  const value = operandOf(operand, item);
  if (value) return value;
  throw invalid('The provided expression refers to an attribute that does not exist in the item');
}

/** All operands mean the item as it was before the update. */
export function updated(update: Update, before: Item): Item {
  const changes: { path: Path; to: AttributeValue | undefined }[] = [];
  for (const { path, to } of update.set) changes.push({ path, to: needed(to, before) });
  for (const path of update.remove) changes.push({ path, to: undefined });
  for (const { path, by } of update.add) {
    changes.push({ path, to: add(valueAt(before, path) ?? { N: '0' }, by, 1n) });
  }
  // One copy for all changes: an item may hold a thousand attributes.
  const item: Changing = { ...before };
  for (const { path, to } of changes) change(item, path, to);
  return item;
}

type Changing = Record<string, AttributeValue>;

function change(item: Changing, path: Path, to: AttributeValue | undefined): void {
  const [first, second, ...rest] = path;
  if (second === undefined) {
    if (to === undefined) delete item[first];
    else item[first] = to;
    return;
  }
  const parent = item[first]?.M;
  if (!parent) {
    throw invalid('The document path provided in the update expression is invalid for update');
  }
  const inner = { ...parent };
  change(inner, [second, ...rest], to);
  item[first] = { M: inner };
}
