/** The part of docs/ledger.md that the benchmark writes, and its picture. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { overshootChart } from './chart.ts';
import type { Result } from './run.ts';
import { markdown, tablesOf } from './tables.ts';

const PAGE = 'docs/ledger.md';
const PICTURE = 'ledger-benchmark.svg';
const BEGIN = '<!-- bench:ledger -->';
const END = '<!-- /bench:ledger -->';
const EMPTY_PAGE = `# The ledger\n\n## Benchmark\n\n${BEGIN}\n${END}\n`;

/** @throws Error when the page has no place for it. */
export function writeDocs(root: URL, result: Result, date: string): void {
  const page = new URL(PAGE, root);
  const text = existsSync(page) ? readFileSync(page, 'utf8') : EMPTY_PAGE;
  const [begin, end] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`${PAGE} has no ${BEGIN} followed by ${END}`);
  const section = `${BEGIN}\n\n${sectionOf(result, date)}\n\n`;
  writeFileSync(page, text.slice(0, begin) + section + text.slice(end));
  const picture = overshootChart(result.overshoot, result.limitUsd);
  writeFileSync(new URL(`docs/${PICTURE}`, root), picture);
}

const sectionOf = (result: Result, date: string): string =>
  [
    `![Overshoot by concurrent callers: the ledger stays at zero](${PICTURE})`,
    `Measured on ${date} with the seed ${result.seed}. \`npm run bench:ledger\` measures it again and ` +
      'fails if the ledger overshoots or denies falsely; with `-- --write-docs` it also writes this ' +
      'section. In virtual time the same seed gives the same figures on every machine.',
    ...tablesOf(result).map(markdown),
  ].join('\n\n');
