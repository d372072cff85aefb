/** Markup as text: all external values go through `escaped`. */
import { printable } from '../../../safe-text.ts';

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const TEXT_MAX = 1_000;

/** Text for an element or a quoted attribute; invisible characters are escaped. */
export const escaped = (text: string): string =>
  printable(text, TEXT_MAX).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');

/** A coordinate: two decimals are finer than a pixel. */
export const px = (value: number): string => String(Math.round(value * 100) / 100);

/** `1,234,567.89` from a plain decimal. */
export const grouped = (decimal: string): string =>
  decimal.replace(/\B(?=(?:\d{3})+(?:\.|$))/g, ',');

/** `1,234.50` from nano-USD as a double, for chart labels. */
export const groupedCents = (nanoUsd: number): string => grouped((nanoUsd / 1e9).toFixed(2));

interface Picture {
  readonly id: string;
  readonly title: string;
  /** The description for readers who cannot see the picture. */
  readonly description: string;
  readonly width: number;
  readonly height: number;
}

/** An SVG with a title and a description for readers who cannot see it. */
export function picture({ id, title, description, width, height }: Picture, body: string): string {
  return `<svg viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="${id}-title ${id}-text">
<title id="${id}-title">${escaped(title)}</title>
<desc id="${id}-text">${escaped(description)}</desc>
${body}
</svg>`;
}
