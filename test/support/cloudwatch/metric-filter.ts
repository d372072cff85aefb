/** Metric filters of CloudWatch Logs over JSON lines, as far as ours go. */
import { isRecord } from '../../../sandbox/base/json.ts';
import type { Series } from './selectors.ts';

interface Filter {
  readonly pattern: string;
  readonly namespace: string;
  readonly metric: string;
  /** Name of a dimension -> path of its value in a line. */
  readonly dimensions: Readonly<Record<string, string>>;
}

/**
 * `($.path = "text")`, as an operand of `&&`; the text `*` is any value.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
 */
const TERM = /^\(\$\.([\w.]+) = "([^"]*)"\)$/;

function valueAt(line: unknown, path: string): unknown {
  let value = line;
  for (const name of path.split('.')) value = isRecord(value) ? value[name] : undefined;
  return value;
}

/**
 * @returns what turns a line into the samples of it: one when the pattern matches and every
 * dimension has a value, else none.
 * @throws Error for a pattern that can't be read.
 */
export function metricFilter({ pattern, namespace, metric, dimensions }: Filter) {
  const terms = pattern
    .replace(/^\{ | \}$/g, '')
    .split(' && ')
    .map((text) => {
      const [, path, wanted] = TERM.exec(text) ?? [];
      if (path === undefined) throw new Error(`not a term of a filter: ${text}`);
      return { path, wanted };
    });
  return (line: unknown): readonly (Series & { readonly value: number })[] => {
    const isMatch = terms.every(({ path, wanted }) => {
      const value = valueAt(line, path);
      return wanted === '*' ? value !== undefined : value === wanted;
    });
    if (!isMatch) return [];
    const values = Object.entries(dimensions).flatMap(([name, path]) => {
      const value = valueAt(line, path.replace(/^\$\./, ''));
      return typeof value === 'string' ? [[name, value] as const] : [];
    });
    if (values.length < Object.keys(dimensions).length) return [];
    return [{ namespace, name: metric, dimensions: Object.fromEntries(values), value: 1 }];
  };
}
