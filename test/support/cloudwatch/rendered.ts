/** All queries to CloudWatch of a rendered dashboard and the rendered alarms. */
import { expressionSelector, metricSelector, type Selector } from './selectors.ts';

interface Widget {
  readonly type: string;
  readonly properties: { readonly metrics?: readonly (readonly unknown[])[] };
}

interface Alarm {
  readonly namespace: string | null;
  readonly metric: string | null;
  readonly dimensions: Readonly<Record<string, string>> | null;
  readonly query: string | null;
}

/** @throws Error for what can't be read. */
export function dashboardSelectors(widgets: readonly Widget[]): readonly Selector[] {
  return widgets.flatMap(({ properties }) => (properties.metrics ?? []).map(lineSelector));
}

/** A line is `[{expression}]` or `[namespace, metric, name, value, …, {options}]`. */
function lineSelector(line: readonly unknown[]): Selector {
  const [first] = line;
  if (typeof first === 'object' && first !== null && 'expression' in first) {
    return expressionSelector(String(first.expression));
  }
  const words = line.filter((item): item is string => typeof item === 'string');
  const [namespace, metric, ...pairs] = words;
  if (namespace === undefined || metric === undefined || pairs.length % 2 !== 0) {
    throw new Error(`not a metric: ${JSON.stringify(line)}`);
  }
  const names = pairs.filter((_, index) => index % 2 === 0);
  const values = names.map((name, index): [string, string] => [name, pairs[2 * index + 1] ?? '']);
  return metricSelector(namespace, metric, Object.fromEntries(values));
}

/** @throws Error for what can't be read. */
export function alarmSelectors(alarms: Readonly<Record<string, Alarm>>): readonly Selector[] {
  return Object.entries(alarms).map(([key, { namespace, metric, dimensions, query }]) => {
    if (query !== null) {
      if (query.includes('SEARCH')) throw new Error(`${key}: CloudWatch puts no alarm on a search`);
      return expressionSelector(query);
    }
    if (namespace === null || metric === null) throw new Error(`${key}: has no metric`);
    return metricSelector(namespace, metric, dimensions ?? {});
  });
}
