/**
 * Reads what dashboards and alarms name: metric arrays, SEARCH expressions and Metrics Insights
 * queries, as far as this project writes them. What it can't read is an error, never passed over.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/search-expression-syntax.html
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-metrics-insights-querylanguage.html
 */

/** Which series are asked for: those with exactly these dimensions, some of them with a value. */
export interface Selector {
  /** As it was written. */
  readonly text: string;
  readonly namespace: string;
  readonly metric: string;
  readonly dimensions: readonly string[];
  readonly values: Readonly<Record<string, string>>;
}

export interface Series {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

const sameNames = (left: readonly string[], right: readonly string[]): boolean =>
  [...left].sort().join() === [...right].sort().join();

/** Whether CloudWatch would find this series. */
export const selects = (selector: Selector, { namespace, name, dimensions }: Series): boolean =>
  namespace === selector.namespace &&
  name === selector.metric &&
  sameNames(Object.keys(dimensions), selector.dimensions) &&
  Object.entries(selector.values).every(([key, value]) => dimensions[key] === value);

/** Any function around one search, such as `SUM(SEARCH('{N,D} MetricName="M" D="v"', 'Sum', 300))`. */
const SEARCH = /^(?:[A-Z]+\()?SEARCH\('\{([^}]+)\}([^']*)', '[A-Za-z0-9.]+', \d+\)\)?$/;
const TERM = / (\w+)="([^"]*)"/g;

function searchSelector(text: string): Selector | undefined {
  const [, schema, terms] = SEARCH.exec(text) ?? [];
  if (schema === undefined || terms === undefined) return undefined;
  const [namespace = '', ...dimensions] = schema.split(',');
  if (terms.replace(TERM, '') !== '') return undefined;
  const found = [...terms.matchAll(TERM)].map(([, key = '', value = '']) => [key, value]);
  const { MetricName: metric, ...values } = Object.fromEntries(found);
  return metric === undefined ? undefined : { text, namespace, metric, dimensions, values };
}

const SELECT =
  /^SELECT (?:AVG|COUNT|MAX|MIN|SUM)\((\w+)\) FROM SCHEMA\(("[^)]+)\)(?: WHERE (\w+) = '([^']*)')?(?: GROUP BY ((?:\w+|"\w+")(?:, (?:\w+|"\w+"))*))?(?: ORDER BY \w+\(\) (?:ASC|DESC))?(?: LIMIT \d+)?$/;
/** The one dimension of ours that is a word of the language. */
const MUST_BE_QUOTED = /\bLIMIT\b/i;
const unquoted = (word: string): string => word.replace(/^"(.*)"$/, '$1');

function querySelector(text: string): Selector | undefined {
  const [, metric, schema, key, value, groups] = SELECT.exec(text) ?? [];
  if (metric === undefined || schema === undefined) return undefined;
  const [namespace = '', ...labels] = schema.split(', ');
  const grouped = groups?.split(', ') ?? [];
  const named = [...labels, ...grouped];
  if (named.some((name) => MUST_BE_QUOTED.test(unquoted(name)) && !name.startsWith('"'))) {
    return undefined;
  }
  const dimensions = labels.map(unquoted);
  const asked = [...grouped.map(unquoted), ...(key === undefined ? [] : [key])];
  if (!asked.every((name) => dimensions.includes(name))) return undefined;
  const values = key === undefined || value === undefined ? {} : { [key]: value };
  return { text, namespace: unquoted(namespace), metric, dimensions, values };
}

/** @throws Error when it is in no form that is known here. */
export function expressionSelector(text: string): Selector {
  const selector = searchSelector(text) ?? querySelector(text);
  if (!selector) throw new Error(`not an expression that CloudWatch would take: ${text}`);
  return selector;
}

/** Of one metric by its dimensions. */
export const metricSelector = (
  namespace: string,
  metric: string,
  values: Readonly<Record<string, string>>,
): Selector => ({
  text: JSON.stringify([namespace, metric, values]),
  namespace,
  metric,
  dimensions: Object.keys(values),
  values,
});
