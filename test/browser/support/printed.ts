/** Parts of a document that a program writes: a block of text between two marks. */

const begin = (name: string): string => `<!-- report:${name} -->\n`;
const END = '<!-- /report -->';
const FENCE = '```';

/** @throws Error when the document has no such part. */
function partOf(document: string, name: string): { readonly from: number; readonly to: number } {
  const from = document.indexOf(begin(name)) + begin(name).length;
  const to = document.indexOf(END, from);
  if (from < begin(name).length || to < 0) throw new Error(`no ${begin(name).trim()} … ${END}`);
  return { from, to };
}

const block = (text: string): string => `\n${FENCE}text\n${text.trimEnd()}\n${FENCE}\n\n`;

export function withPrinted(document: string, name: string, text: string): string {
  const { from, to } = partOf(document, name);
  return document.slice(0, from) + block(text.replaceAll('\r\n', '\n')) + document.slice(to);
}
