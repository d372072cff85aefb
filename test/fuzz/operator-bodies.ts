/** Valid bodies of the changes that operators make; a fuzzed request starts from one of them. */
import type { Random } from '../ledger-simulation/random.ts';
import { textOf } from './values.ts';

type Body = Record<string, unknown>;

const USERS = ['alice@example.com', ' ALICE@Example.com', 'ａlice', 'https://idp#00u', 'unknown'];
const IDS = ['0000000001', '5zzzzzzzzz', 't000000001', 'o000000001'] as const;
const SESSION = '0123456789abcdef0123456789abcdef';
const ARN = 'arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Dev_0123456789abcdef/alice';

const user = (random: Random) => random.pick(['bob@example.com', ...USERS]);

/** Some of these members, each with its chance. */
function someOf(random: Random, members: Readonly<Record<string, () => unknown>>): Body {
  const chosen = Object.entries(members).filter(() => random.chance(0.4));
  return Object.fromEntries(chosen.map(([name, value]) => [name, value()]));
}

/** Where groups decide the amount, only "to" says what it becomes. */
const CHANGES: readonly [Body, ...Body[]] = [
  { action: 'raise', to: 1_000 },
  { action: 'raise', to: '2000.50' },
  { action: 'raise', to: 1_000_000 },
  { action: 'raise', by: 1 },
  { action: 'lower', to: 1 },
  { action: 'lower', by: '0.5' },
  { action: 'reset' },
];

const HOLDERS: readonly [string, (random: Random) => Body][] = [
  ['each', (random) => ({ user: user(random) })],
  ['key', (random) => ({ key: random.pick([...IDS, ARN]) })],
  ['run', () => ({ session: SESSION })],
];

/** Of `POST /v1/operator/limits`. */
export function limitChange(random: Random): Body {
  const [name, holderOf] = random.pick([['spend', () => ({})], ...HOLDERS]);
  const change = random.pick(CHANGES);
  const [limit, holder] = [`people/${name}`, random.chance(0.8) ? holderOf(random) : {}];
  return {
    ...change,
    limit: random.chance(0.9) ? limit : random.pick(['organization/all', 'retail/calls', 'spend']),
    ...holder,
    ...(change.action !== 'reset' && {
      until: random.pick(['1h', '2d', '2031-03-12', '2031-03-11T00:00:00Z']),
    }),
    reason: textOf(random, 3).trim() || 'reason',
    ...(random.chance(0.5) && { author: 'ada' }),
  };
}

/** Of `POST /v1/operator/keys`. */
export const keyRequest = (random: Random): Body => ({
  costCenter: random.pick(['people', 'people', 'retail', 'poor']),
  ...(random.chance(0.7) ? { user: user(random) } : { shared: true }),
  ...someOf(random, {
    application: () => 'chat',
    environment: () => random.pick(['dev', 'production']),
    models: () => ['haiku', 'micro'],
    groups: () => random.pick<readonly string[]>([[], ['staff'], ['staff', 'temps']]),
    name: () => textOf(random, 2).trim() || 'ci',
    expiresAt: () => random.pick(['2031-04-01T00:00:00Z', '2031-04-01', '2020-01-01T00:00:00Z']),
    author: () => 'ada',
  }),
});

/** Of `POST /v1/operator/keys/revoke`. */
export const keyRevocation = (random: Random): Body => ({ id: random.pick(IDS) });

/** Of `POST /v1/operator/keys/rotate`. */
export const keyRotation = (random: Random): Body => ({
  id: random.pick(IDS),
  ...someOf(random, { graceSeconds: () => random.pick([0, 60, 86_400, 7_776_001]) }),
});

/** Of `POST /v1/tokens`. */
export const tokenRequest = (random: Random): Body =>
  someOf(random, {
    expiresInSeconds: () => random.pick([60, 3_600, 43_200, 43_201]),
    operator: () => random.pick([true, false]),
  });
