/** Formats rows of text as a table. */
import { stripVTControlCharacters } from 'node:util';

/** Width of a text on screen, without color codes. */
export const displayWidth = (text: string): number => stripVTControlCharacters(text).length;

/** @param right right-aligned columns, such as amounts. */
export function formatTable(
  rows: readonly (readonly string[])[],
  right: ReadonlySet<number>,
): string {
  const count = rows.reduce((most, row) => Math.max(most, row.length), 0);
  const widths = Array.from({ length: count }, (_, i) =>
    rows.reduce((widest, row) => Math.max(widest, displayWidth(row[i] ?? '')), 0),
  );
  const line = (row: readonly string[]) =>
    row
      .map((cell, i) => {
        const space = ' '.repeat((widths[i] ?? 0) - displayWidth(cell));
        return right.has(i) ? space + cell : cell + space;
      })
      .join('  ')
      .trimEnd();
  return `${rows.map(line).join('\n')}\n`;
}
