/**
 * Method: a real EventBridge client against a local HTTP server. What arrives there is matched with
 * the patterns of modules/alerts, which `terraform test` holds to the same files.
 */
import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createEventBridgeAlerts } from '../../../adapters/event-bridge-alerts.ts';
import { toThresholdCrossing } from '../../../core/ledger/thresholds.ts';
import type { Limit, Owner } from '../../../core/policy/policy.ts';
import type { Alert } from '../../../core/telemetry/alerts/alert-types.ts';
import { publishThresholdCrossings } from '../../../core/telemetry/publish-limit-alerts.ts';
import { type AwsEndpoint, startAwsEndpoint } from '../../support/aws-endpoint.ts';
import { startLedger, type TestLedger } from '../../support/ledger.ts';

interface Entry {
  readonly EventBusName: string;
  readonly Source: string;
  readonly DetailType: string;
  readonly Detail: string;
}

let service: AwsEndpoint;
let client: EventBridgeClient;
let table: TestLedger;
let calls: Entry[][];
let answer: object;

beforeAll(async () => {
  table = await startLedger();
  service = await startAwsEndpoint(async (request) => {
    calls.push(JSON.parse(await text(request)).Entries);
    return answer;
  });
  client = new EventBridgeClient(service.config);
});

afterAll(async () => {
  client.destroy();
  await service.close();
  await table.close();
});

beforeEach(() => {
  deployment = 'genai';
  calls = [];
  answer = { FailedEntryCount: 0, Entries: [] };
});

const limitOf = (owner: Owner): Limit => ({
  owner,
  name: 'budget',
  window: 'month',
  unit: 'requests',
  mode: 'enforce',
  amount: 10,
  scope: {},
  notifyAt: [50],
  ceilings: [],
});

let deployment = 'genai';

async function publish(...owners: Owner[]): Promise<Entry[]> {
  const crossings = owners.map((owner) =>
    toThresholdCrossing(limitOf(owner), {
      key: 'budget_2026-11',
      percent: 50,
      used: 5,
      resetsAt: '2026-12-01T00:00:00.000Z',
    }),
  );
  const alerts = createEventBridgeAlerts(client, 'alerts', deployment);
  await publishThresholdCrossings({ ledger: table.ledger, alerts }, crossings);
  return calls.flat();
}

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html */
function matches(pattern: unknown, event: unknown): boolean {
  if (Array.isArray(pattern)) return pattern.includes(event);
  if (typeof pattern !== 'object' || pattern === null) throw new Error('not a pattern');
  if (typeof event !== 'object' || event === null) return false;
  return Object.entries(pattern).every(([key, inner]) => matches(inner, Reflect.get(event, key)));
}

const patternOf = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../golden/alerts/${name}.json`, import.meta.url), 'utf8'));

/** The rules that an event meets. */
function reachedBy(entry: Entry | undefined): string[] {
  const event = {
    source: entry?.Source,
    'detail-type': entry?.DetailType,
    detail: JSON.parse(entry?.Detail ?? ''),
  };
  return ['cost-center', 'organization'].filter((name) => matches(patternOf(name), event));
}

const sales: Owner = { kind: 'costCenter', name: 'sales' };

describe('an alert', () => {
  test('is an event on the bus, with a text for people', async () => {
    const [entry] = await publish(sales);
    expect(entry).toMatchObject({
      EventBusName: 'alerts',
      Source: 'bedrock-cost-sentry',
      DetailType: 'LimitThresholdCrossed',
    });
    expect(JSON.parse(entry?.Detail ?? '')).toMatchObject({
      id: 'costCenter#sales/budget/2026-11/50',
      owner: sales,
      summary: expect.stringMatching(
        /^Limit budget of cost center sales has reached 50 %: 5 requests of 10 requests per month used\. It resets at 2026-12-01T00:00:00.000Z\. Show /,
      ),
    });
  });

  test.each<[Owner, string[]]>([
    [sales, ['cost-center']],
    [{ kind: 'costCenter', name: 'support' }, []],
    [{ kind: 'model', name: 'sales' }, ['organization']],
    [{ kind: 'organization', name: 'organization' }, ['organization']],
  ])('about %j reaches %j', async (owner, topics) => {
    const [entry] = await publish(owner);
    expect(reachedBy(entry)).toEqual(topics);
  });

  test('of another deployment on the same bus reaches no subscriber here', async () => {
    deployment = 'genai-2';
    const [entry] = await publish(sales);
    expect(reachedBy(entry)).toEqual([]);
  });

  test('holds nothing that would break the template of the rule', async () => {
    const alerts = createEventBridgeAlerts(client, 'alerts', deployment);
    const about = { from: '2026-11-01', to: '2026-11-02', percent: 12, usd: {}, reasons: [] };
    const summary = 'Use of "sales"\n  went  around \\ the sentry.';
    const detail = { owner: sales, notify: true, ...about, summary };
    await alerts.publish([{ type: 'ReconciliationDrift', id: 'drift', detail }]);
    const [entry] = calls.flat();
    expect(JSON.parse(entry?.Detail ?? '').summary).toBe(
      "Use of 'sales' went around / the sentry.",
    );
    expect(reachedBy(entry)).toEqual(['cost-center']);
  });
});

const EVERY_TYPE: Readonly<Record<Alert['type'], true>> = {
  LimitThresholdCrossed: true,
  CallDenied: true,
  FallbackBegun: true,
  LimitBurnRate: true,
  ReservationsExpired: true,
  ReconciliationDrift: true,
  CostReportPublished: true,
};

test.each(['cost-center', 'organization'])('the rule of a %s lets every kind through', (name) => {
  expect(patternOf(name)).toMatchObject({ 'detail-type': Object.keys(EVERY_TYPE) });
});

describe('the bus', () => {
  test('takes ten events a call', async () => {
    await publish(...Array.from({ length: 11 }, (_, i) => ({ ...sales, name: `center-${i}` })));
    expect(calls.map(({ length }) => length)).toEqual([10, 1]);
  });

  test('that refuses one is an error that says why', async () => {
    answer = { FailedEntryCount: 1, Entries: [{ ErrorCode: 'ThrottlingException' }] };
    await expect(publish(sales)).rejects.toThrow(
      'EventBridge refused 1 events: ThrottlingException',
    );
  });
});
