/** Paths in the notation of the tfvars: `cost_centers.sales.limits[0].amount`. */
import { printable } from './safe-text.ts';

export type PathPart = string | number;

/** Adds parts to a path: names as they are (made printable) after a dot, indexes in brackets. */
export function joinPath(path: string, ...parts: readonly PathPart[]): string {
  return parts.reduce<string>((joined, part) => {
    if (typeof part === 'number') return `${joined}[${part}]`;
    return joined === '' ? printable(part) : `${joined}.${printable(part)}`;
  }, path);
}

/** From a JSON pointer and its document (which tells a list index from a name). */
export function pathFromPointer(pointer: string, document: unknown): string {
  let value = document;
  let path = '';
  for (const token of pointer.split('/').slice(1)) {
    const name = token.replaceAll('~1', '/').replaceAll('~0', '~');
    if (Array.isArray(value)) {
      path = joinPath(path, Number(name));
      value = value[Number(name)];
    } else {
      path = joinPath(path, name);
      value = ownProperty(value, name);
    }
  }
  return path;
}

/** A property of the object itself, never one it inherits. */
export function ownProperty(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return Object.getOwnPropertyDescriptor(value, name)?.value;
}
