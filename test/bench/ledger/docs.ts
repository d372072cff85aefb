/** The part of docs/ledger.md that the benchmark writes, and its picture. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { overshootChart } from './chart.ts';
import type { Result } from './run.ts';
import { markdown, tablesOf } from './tables.ts';

const PAGE = 'docs/ledger.md';
const PICTURE = 'ledger-benchmark.svg';
const BEGIN = '<!-- bench:ledger -->';
const END = '<!-- /bench:ledger -->';
const HEADING = '## Benchmark';

/** @throws Error when the page has only one of the two marks. */
export function writeDocs(root: URL, result: Result, date: string): void {
  const page = new URL(PAGE, root);
  const text = existsSync(page) ? readFileSync(page, 'utf8') : '# The ledger\n';
  writeFileSync(page, pageWith(text, sectionOf(result, date)));
  const picture = overshootChart(result.overshoot, result.limitUsd);
  writeFileSync(new URL(`docs/${PICTURE}`, root), picture);
}

/** The page with the section between the marks, which are added at the end of one without them. */
function pageWith(page: string, section: string): string {
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  const marked = `${BEGIN}\n\n${section}\n\n${END}`;
  if (begin < 0 && end < 0) return `${page.trimEnd()}\n\n${HEADING}\n\n${marked}\n`;
  if (begin < 0 || end < begin) throw new Error(`${PAGE} has no ${BEGIN} followed by ${END}`);
  return page.slice(0, begin) + marked + page.slice(end + END.length);
}

const sectionOf = (result: Result, date: string): string =>
  [
    `![Overshoot by concurrent callers: the ledger stays at zero](${PICTURE})`,
    `Measured on ${date} with the seed ${result.seed}. \`npm run bench:ledger\` measures it again and ` +
      'fails if the ledger overshoots or denies falsely; with `-- --write-docs` it also writes this ' +
      'section. In virtual time the same seed gives the same figures on every machine.',
    ...tablesOf(result).map(markdown),
  ].join('\n\n');
