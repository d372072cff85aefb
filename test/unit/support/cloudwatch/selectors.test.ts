import { describe, expect, test } from '@jest/globals';
import { isDocumented } from '../../../support/cloudwatch/aws-metrics.ts';
import { alarmSelectors, dashboardSelectors } from '../../../support/cloudwatch/rendered.ts';
import {
  expressionSelector,
  metricSelector,
  selects,
} from '../../../support/cloudwatch/selectors.ts';

const SERIES = {
  namespace: 'Shop',
  name: 'Sold',
  dimensions: { City: 'Paris', Limit: 'day' },
};

describe('an expression', () => {
  test.each([
    `SEARCH('{Shop,City,Limit} MetricName="Sold"', 'Sum', 300)`,
    `SUM(SEARCH('{Shop,Limit,City} MetricName="Sold" City="Paris"', 'p95', 60))`,
    'SELECT SUM(Sold) FROM SCHEMA("Shop", City, "Limit")',
    `SELECT MAX(Sold) FROM SCHEMA("Shop", City, "Limit") WHERE City = 'Paris'`,
    'SELECT MAX(Sold) FROM SCHEMA("Shop", City, "Limit") GROUP BY City, "Limit" ORDER BY MAX() DESC LIMIT 10',
  ])('finds its series: %s', (text) => {
    expect(selects(expressionSelector(text), SERIES)).toBe(true);
  });

  test.each([
    `SEARCH('{Shop,City} MetricName="Sold"', 'Sum', 300)`,
    `SEARCH('{Shop,City,Limit,Day} MetricName="Sold"', 'Sum', 300)`,
    `SEARCH('{Shop,City,Limit} MetricName="Sold" City="Par"', 'Sum', 300)`,
    `SEARCH('{shop,City,Limit} MetricName="Sold"', 'Sum', 300)`,
    'SELECT SUM(Sold) FROM SCHEMA("Shop", City)',
    `SELECT SUM(Sold) FROM SCHEMA("Shop", City, "Limit") WHERE City = 'Rome'`,
  ])('does not find another: %s', (text) => {
    expect(selects(expressionSelector(text), SERIES)).toBe(false);
  });

  test.each([
    `SEARCH('{Shop,City} Sold', 'Sum', 300)`,
    `SEARCH("{Shop,City} MetricName='Sold'", 'Sum', 300)`,
    'SELECT SUM(Sold) FROM SCHEMA("Shop", City, Limit)',
    'SELECT SUM(Sold) FROM SCHEMA("Shop", City) GROUP BY Town',
    'SELECT SUM(Sold) FROM SCHEMA(Shop, City)',
    'm1 + m2',
  ])('is refused when it can not be read: %s', (text) => {
    expect(() => expressionSelector(text)).toThrow('not an expression');
  });
});

test('a line of a widget is an expression, or a metric with pairs of dimensions', () => {
  const line = ['Shop', 'Sold', 'City', 'Paris', 'Limit', 'day', { label: 'Paris' }];
  const [selector] = dashboardSelectors([{ type: 'metric', properties: { metrics: [line] } }]);
  expect(selector && selects(selector, SERIES)).toBe(true);
  const broken = [{ type: 'metric', properties: { metrics: [['Shop', 'Sold', 'City']] } }];
  expect(() => dashboardSelectors(broken)).toThrow('not a metric');
});

test('an alarm on a search is refused, as by CloudWatch', () => {
  const query = `SUM(SEARCH('{Shop,City} MetricName="Sold"', 'Sum', 300))`;
  const alarm = { namespace: null, metric: null, dimensions: null, query };
  expect(() => alarmSelectors({ sold: alarm })).toThrow('no alarm on a search');
});

test("a metric of AWS's own is known by its name and dimensions", () => {
  expect(isDocumented(metricSelector('AWS/Bedrock', 'Invocations', { ModelId: 'x' }))).toBe(true);
  expect(isDocumented(metricSelector('AWS/Bedrock', 'InvocationCount', { ModelId: 'x' }))).toBe(
    false,
  );
  expect(isDocumented(metricSelector('AWS/Bedrock', 'Invocations', {}))).toBe(false);
});
