/**
 * Size of an item in bytes: names and values; a number takes about one byte per two digits and one
 * more, a map or list three and one per element
 * (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html, 2026-11).
 */
import type { AttributeValue } from '@aws-sdk/client-dynamodb';

type Attributes = Readonly<Record<string, AttributeValue>>;

/** Of items that are not changed, only replaced. */
export function itemBytes(item: Attributes): number {
  const known = measured.get(item);
  if (known !== undefined) return known;
  const size = Object.entries(item).reduce(
    (sum, [name, value]) => sum + bytes(name) + valueBytes(value),
    0,
  );
  measured.set(item, size);
  return size;
}

/** Of an item with many maps, most of them stay as they were. */
const measured = new WeakMap<Attributes, number>();

const bytes = (text: string): number => Buffer.byteLength(text);

function valueBytes({ S, N, M, L, SS, B }: AttributeValue): number {
  if (S !== undefined) return bytes(S);
  if (N !== undefined) return numberBytes(N);
  if (M) return 3 + itemBytes(M) + Object.keys(M).length;
  if (L) return 3 + L.reduce((sum, each) => sum + valueBytes(each) + 1, 0);
  if (SS) return SS.reduce((sum, each) => sum + bytes(each), 0);
  if (B) return B.length;
  return 1;
}

function numberBytes(text: string): number {
  const digits = text.replace(/^-/, '').replace(/^0+/, '').replace(/0+$/, '').length;
  return Math.ceil(digits / 2) + 1 + (text.startsWith('-') ? 1 : 0);
}
