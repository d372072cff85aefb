import { describe, expect, test } from '@jest/globals';
import { limitOverview } from '../../../../core/policy/limit-overview.ts';
import { allLimits } from '../../../../core/policy/limit-owners.ts';
import { holderIn } from '../../../../core/policy/named-holder.ts';
import { overrideSortKey, parseOverrides } from '../../../../core/policy/override-items.ts';
import {
  type OverrideRequest,
  overrideBody,
  overrideReport,
  planOverride,
} from '../../../../core/policy/plan-override.ts';
import { PERS, type Policy } from '../../../../core/policy/policy.ts';
import { limitsConfig, limitsOfAllOwners, policyOf } from '../../../support/policy.ts';

const NOW = Date.parse('2026-11-23T12:00:00Z');
const configured = limitsOfAllOwners();

const BUDGET = 'costCenter#retail/budget';
const withOverride = (body: object): Policy => {
  const whole = { reason: 'r', author: 'a', createdAt: '2026-11-23T11:00:00Z', ...body };
  const sk = overrideSortKey(BUDGET, whole.createdAt, 'one');
  const items = [{ sk, body: JSON.stringify(whole), audited: true }];
  const { overrides, records } = parseOverrides(configured, items, NOW);
  return { ...configured, overrides, overrideRecords: records };
};
const LOWERED = withOverride({
  action: 'lower',
  amount: 300,
  unit: 'usd',
  until: '2026-12-01T00:00:00Z',
});

const planIn = (policy: Policy, change: Partial<OverrideRequest>) =>
  planOverride(
    {
      action: 'raise',
      limit: 'retail/budget',
      until: '3d',
      reason: 'launch week',
      author: 'finops',
      ...change,
    },
    {
      limits: allLimits(policy).map((limit) => limitOverview(limit, policy, NOW)),
      timeZone: 'UTC',
      now: NOW,
    },
  );

const plannedIn = (policy: Policy, change: Partial<OverrideRequest>) => {
  const plan = planIn(policy, change);
  if ('problems' in plan) throw new Error(JSON.stringify(plan.problems));
  return plan.planned;
};

describe('a change', () => {
  test.each<[Partial<OverrideRequest>, number]>([
    [{ by: '100' }, 600_000_000_000],
    [{ by: '0.000000001' }, 500_000_000_001],
    [{ to: '750.50' }, 750_500_000_000],
    [{ action: 'lower', by: '499.999999999' }, 1],
    [{ action: 'lower', to: '1' }, 1_000_000_000],
    [{ limit: 'retail/calls', by: '1' }, 101],
    [{ limit: 'model:haiku/shared', to: '9007199254740991' }, Number.MAX_SAFE_INTEGER],
    [{ action: 'lower', limit: 'organization/all', by: '6' }, 1],
  ])('%j comes to %d', (change, to) => expect(plannedIn(configured, change).to).toBe(to));

  test('starts from the amount in force', () => {
    expect(plannedIn(LOWERED, { by: '100' }).to).toBe(400_000_000_000);
    expect(plannedIn(LOWERED, { to: '301' }).to).toBe(301_000_000_000);
    expect(plannedIn(LOWERED, { action: 'lower', by: '100' }).to).toBe(200_000_000_000);
  });

  test('is stored so that reading it gives the same amount and end', () => {
    for (const to of ['9007199.254740991', '0.1', '500.000000001', '1234567.891234567']) {
      const planned = plannedIn(configured, to === '0.1' ? { action: 'lower', to } : { to });
      const body = overrideBody(planned, '2026-11-23T12:00:00.000Z');
      const read = withOverride(body).overrides.get(BUDGET);
      expect(read).toEqual({ key: BUDGET, amount: planned.to, until: planned.until });
    }
  });

  test('trims its words, and reports itself in both units', () => {
    const planned = plannedIn(configured, { by: '100', reason: '  launch week\n' });
    expect(overrideReport(planned)).toEqual({
      limit: 'retail/budget',
      action: 'raise',
      unit: 'usd',
      from: 500_000_000_000,
      to: 600_000_000_000,
      usd: { from: '500.00', to: '600.00' },
      until: '2026-11-26T12:00:00.000Z',
      reason: 'launch week',
      author: 'finops',
    });
  });
});

describe('a reset', () => {
  const reset = { action: 'reset', until: undefined } as const;

  test('goes back to the configured amount, and stores no amount', () => {
    const planned = plannedIn(LOWERED, reset);
    expect(planned.to).toBe(500_000_000_000);
    expect(overrideBody(planned, 'then')).toEqual({
      action: 'reset',
      reason: 'launch week',
      author: 'finops',
      createdAt: 'then',
    });
  });

  test('needs something to reset, and takes no amount and no end', () => {
    expect(planIn(configured, { ...reset, to: '1', until: '3d' })).toEqual({
      problems: [
        { path: 'to', message: expect.stringContaining('leave it out') },
        { path: 'until', message: expect.stringContaining('leave it out') },
        { path: 'limit', message: 'retail/budget is as configured: there is nothing to reset' },
      ],
    });
  });
});

describe('what is wrong', () => {
  test.each<[Partial<OverrideRequest>, string, string]>([
    [{ to: '500' }, 'to', 'must be above the USD 500.00 in force, got USD 500.00'],
    [{ to: '400' }, 'to', 'must be above the USD 500.00 in force, got USD 400.00'],
    [
      { action: 'lower', to: '500.01' },
      'to',
      'must be below the USD 500.00 in force, got USD 500.01',
    ],
    [
      { action: 'lower', by: '500' },
      'by',
      'would leave nothing of USD 500.00: it must stay above 0',
    ],
    [{ action: 'lower', to: '0' }, 'to', 'must be greater than 0, got 0'],
    [{ by: '9007199' }, 'by', 'would make the limit too large'],
    [{ to: '9007200' }, 'to', 'must be at most 9007199.25 (about USD 9 million), got 9007200'],
    [{ by: '-5' }, 'by', 'must be a number such as 100 or 0.5, got "-5"'],
    [{ by: '1e3' }, 'by', 'must be a number such as 100 or 0.5, got "1e3"'],
    [{ by: '' }, 'by', 'must be a number such as 100 or 0.5, got ""'],
    [{ by: '0.0000000001' }, 'by', 'must be USD with at most 9 decimals, got 1e-10'],
    [
      { by: '1234567.000000000000001' },
      'by',
      'must be USD with at most 9 decimals, got "1234567.000000000000001"',
    ],
    [{ limit: 'retail/calls', by: '1.5' }, 'by', 'must be a whole number of requests, got 1.5'],
    [{ to: '600', by: '1' }, 'to', 'give either `by` (a difference) or `to` (the new amount)'],
    [{}, 'by', 'give either `by` (a difference) or `to` (the new amount)'],
    [{ by: '1', until: undefined }, 'until', 'is required: every override ends'],
    [
      { by: '1', until: '2026-01-01' },
      'until',
      'must be in the future, got "2026-01-01": it is 2026-11-23T12:00:00.000Z now',
    ],
    [{ by: '1', reason: ' ' }, 'reason', 'is required for the audit log'],
    [{ by: '1', author: undefined }, 'author', 'is required for the audit log'],
    [{ by: '1', reason: 'x'.repeat(501) }, 'reason', 'must have at most 500 characters, got 501'],
    [
      { by: '1', author: 'a\u0007b' },
      'author',
      'must be one line without control characters, got "a\\u{7}b"',
    ],
  ])('with %j is said of %s', (change, path, message) => {
    expect(planIn(configured, change)).toEqual({ problems: [{ path, message }] });
  });

  const owners = 'use one of retail, model:haiku, organization';
  const limits = 'use one of retail/budget, retail/calls';
  test.each([
    ['retial/budget', `unknown owner of limits "retial": did you mean "retail"? ${owners}`],
    ['retail/bugdet', `unknown limit "retail/bugdet": did you mean "retail/budget"? ${limits}`],
    ['retail', `unknown limit "retail": ${limits}`],
    ['', `unknown owner of limits "": ${owners}`],
    ['haiku/shared', `unknown owner of limits "haiku": ${owners}`],
  ])('of the limit %j is said', (limit, message) => {
    const problems = [{ path: 'limit', message }];
    expect(planIn(configured, { limit, by: '1' })).toEqual({ problems });
  });

  test('is said all at once', () => {
    const plan = planIn(configured, { by: 'x', until: 'soon', reason: '', author: '' });
    const paths = 'problems' in plan ? plan.problems.map(({ path }) => path) : [];
    expect(paths).toEqual(['by', 'until', 'reason', 'author']);
  });
});

test('a cost center may be called organization and is still distinguished from it', () => {
  const policy = policyOf({
    ...limitsConfig([]),
    cost_centers: {
      organization: {
        models: ['haiku'],
        applications: ['faq'],
        limits: [{ name: 'own', window: 'day', unit: 'requests', amount: 3 }],
      },
    },
    organization: { limits: [{ name: 'all', window: 'hour', unit: 'requests', amount: 7 }] },
  });
  const names = allLimits(policy).map((limit) => limitOverview(limit, policy, NOW).limit);
  expect(names).toEqual(['costCenter:organization/own', 'organization/all']);
});

describe('a change of what one user, key or session has', () => {
  const policy = policyOf(
    limitsConfig([
      ...PERS.map((per) => ({ name: per, window: 'day', unit: 'usd', amount: 20, per })),
      { name: 'all', window: 'day', unit: 'usd', amount: 500 },
      { name: 'grouped', window: 'day', unit: 'usd', amount: 9, per: 'user', groups: { temps: 5 } },
    ]),
  );
  const SESSION = '0123456789abcdef0123456789abcdef';
  const planOf = (change: Partial<OverrideRequest>) => {
    const holder = holderIn(change);
    const limits = allLimits(policy).map((limit) => limitOverview(limit, policy, NOW, holder));
    const whole = { action: 'raise', until: '1d', reason: 'r', author: 'a' } as const;
    return planOverride(
      { ...whole, limit: 'retail/user', ...change },
      { limits, timeZone: 'UTC', now: NOW },
    );
  };
  const messageOf = (change: Partial<OverrideRequest>) => {
    const plan = planOf(change);
    return 'problems' in plan
      ? plan.problems.map(({ path, message }) => `${path}: ${message}`)
      : [];
  };

  test.each([
    ['user', ' Alice@Example.com', 'alice@example.com'],
    ['key', '3xK9mQ2p7R', '3xK9mQ2p7R'],
    ['key', 'arn:aws:iam::111122223333:role/ci', 'arn:aws:iam::111122223333:role/ci'],
    ['session', SESSION, SESSION],
  ] as const)('%s %j is about that one alone', (per, text, name) => {
    const plan = planOf({ limit: `retail/${per}`, [per]: text, by: '5' });
    if ('problems' in plan) throw new Error(JSON.stringify(plan.problems));
    expect(overrideReport(plan.planned)).toMatchObject({
      limit: `retail/${per}`,
      [per]: name,
      from: 20_000_000_000,
      to: 25_000_000_000,
    });
  });

  test.each<[Partial<OverrideRequest>, string]>([
    [{ user: '', by: '5' }, 'user: must be 1 to 128 printable characters, got ""'],
    [{ key: 'x', limit: 'retail/key', by: '5' }, 'key: must be the id of a key'],
    [{ session: 'mine', limit: 'retail/session', by: '5' }, 'session: must be the 32 hexadecimal'],
    [{ user: 'ann', limit: 'retail/all', by: '5' }, 'user: retail/all has one counter for all'],
    [
      { user: 'ann', limit: 'retail/key', by: '5' },
      'user: retail/key counts each key: leave it out',
    ],
    [{ user: 'ann', key: '3xK9mQ2p7R', by: '5' }, 'key: conflicts with `user`: give one of them'],
    [{ user: 'ann', limit: 'retail/grouped', by: '5' }, 'by: the amount of ann depends on their'],
  ])('%j is refused', (change, message) =>
    expect(messageOf(change)).toContainEqual(expect.stringContaining(message)),
  );

  test('never repeats a key that was given instead of its id', () => {
    const secret = `bcs_3xK9mQ2p7R_${'s'.repeat(49)}`;
    expect(messageOf({ limit: 'retail/key', key: secret, by: '5' }).join()).not.toContain('sss');
  });
});
