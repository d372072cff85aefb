/** Makes a plan from a seed: calls, limits and faults of every kind. */
import {
  type CallPlan,
  type LimitPlan,
  type ModelAnswer,
  type NetworkFault,
  type Plan,
  RELEASED,
  type StreamPlan,
} from './plan.ts';
import { type Random, randomOf } from './random.ts';

const KEPT = [
  'DeadlineExceeded',
  'ModelTimeoutException',
  'InternalServerException',
  'ConnectionLost',
] as const;
/** Three before a window of every kind ends, one in the middle of all. */
const STARTS = [
  '2026-11-30T23:59:50.000Z',
  '2026-11-23T23:59:40.000Z',
  '2026-11-23T14:59:30.000Z',
  '2026-11-23T14:05:05.000Z',
] as const;
/** Worst case of a middling call of the model `big`, in each unit; see `policies.ts` for the prices. */
const TYPICAL = { requests: 1, tokens: 400, input_tokens: 300, output_tokens: 100, usd: 1_300_000 };
const MINUTE = 60_000;

export function planOf(seed: number): Plan {
  const random = randomOf('plan', seed);
  const span = random.pick([500, 20_000, 4 * MINUTE, 40 * MINUTE]);
  const hosts = Array.from({ length: random.integer(1, 4) }, () => random.integer(-5_000, 5_000));
  const faulty = random.pick([0, 0.05, 0.2]);
  const count = random.integer(2, 24);
  const leaseSeconds = random.pick([60, 90, 420]);
  const end = span + leaseSeconds * 1_000 + 30_000;
  const calls = Array.from({ length: count }, (_, i) => callOf(random, `c${i}`, span, faulty));
  const repeated = calls
    .filter(() => random.chance(0.08))
    .map((call, i) => ({ ...call, id: `d${i}`, at: call.at + random.integer(0, 3_000) }));
  const plan: Plan = {
    seed,
    start: random.pick(STARTS),
    limits: limitsOf(random, count),
    shards: random.pick([1, 1, 1, 2, 4]),
    leaseSeconds,
    expired: random.chance(0.7) ? 'charge' : 'release',
    onLedgerError: random.chance(0.7) ? 'deny' : 'allow',
    inFlightMax: random.pick([400, 400, 400, 2, 5]),
    waitSeconds: random.pick([0, 0, 0, 3, 10]),
    upgradedAt: random.chance(0.3) ? random.integer(0, span) : 0,
    allOld: random.chance(0.8),
    pageBytes: random.pick([64, 1_000, 1_000_000]),
    hosts,
    latency: random.pick([0, 5, 200, 900]),
    calls: [...calls, ...repeated],
    sweeps: Array.from({ length: random.integer(0, 6) }, () => ({
      at: random.integer(0, end),
      host: random.integer(0, hosts.length - 1),
      faults: faultsOf(random, faulty),
    })).flatMap((sweep) => (random.chance(0.4) ? [sweep, { ...sweep, host: 0 }] : [sweep])),
    crashes: Array.from({ length: faulty > 0 ? random.integer(0, 3) : 0 }, () => ({
      at: random.integer(0, span + 5_000),
      host: random.integer(0, hosts.length - 1),
    })),
    alertFailures: random.pick([0, 0.5, 1]),
    changes: Array.from({ length: random.pick([0, 0, 1, 2]) }, () => changeOf(random, span)),
    inFlightRestrictedMax: random.pick([20, 1, 1]),
    newSessionsPerMinute: 60,
  };
  const stalled = random.chance(0.15) ? withStalledCalls(random, plan) : plan;
  return random.chance(0.5) ? withHolders(random, stalled) : stalled;
}

/** Some limits are for each user, key or session, or of windows that the others seldom have. */
function withHolders(random: Random, plan: Plan): Plan {
  const limits = plan.limits.map((limit): LimitPlan => {
    const window = random.chance(0.2) ? random.pick(['week', 'total'] as const) : limit.window;
    if (limit.owner === 'model#big' || random.chance(0.3)) return { ...limit, window };
    const amount = Math.max(1, Math.floor(limit.amount / 2));
    const per = random.pick(['user', 'key', 'session'] as const);
    const share = () => Math.max(1, Math.floor((amount * random.integer(20, 300)) / 100));
    return {
      ...limit,
      window,
      amount,
      per,
      ...(per === 'user' && random.chance(0.3) && { users: { ann: share() } }),
      ...(per === 'user' && random.chance(0.3) && { groups: { contractors: share() } }),
    };
  });
  const calls = plan.calls.map((call): CallPlan => {
    const user = random.pick(['ann', 'ann', 'bob', undefined] as const);
    const key = random.pick(['k1', 'k1', 'k2', undefined] as const);
    const session = random.pick(['s1', 's2', 's3', undefined] as const);
    return {
      ...call,
      ...(user && { user }),
      ...(key && { key, hasRotatedKey: random.chance(0.5) }),
      ...(key && random.chance(0.7) && { groups: random.pick([[], ['contractors']] as const) }),
      ...(session && { session }),
    };
  });
  const newSessionsPerMinute = random.pick([60, 60, 2, 1]);
  // The last release had no such accounts.
  const changes = plan.changes.map((change) =>
    random.chance(0.5) ? { ...change, user: 'ann' as const } : change,
  );
  const held: Plan = { ...plan, limits, calls, changes, newSessionsPerMinute, upgradedAt: 0 };
  return random.chance(0.2) ? withManySessions(random, held) : held;
}

/** One key goes on with its sessions for some minutes, and may begin only one in each. */
function withManySessions(random: Random, plan: Plan): Plan {
  const limit: LimitPlan = {
    owner: 'costCenter#alpha',
    name: 'sessions',
    window: 'hour',
    unit: 'requests',
    amount: 1_000,
    mode: 'enforce',
    per: 'session',
  };
  const calls = Array.from(
    { length: 10 },
    (_, i): CallPlan => ({
      ...callOf(random, `n${i}`, 3 * MINUTE, 0),
      costCenter: 'alpha',
      key: 'k1',
      session: random.pick(['s1', 's2', 's3']),
    }),
  );
  return {
    ...plan,
    limits: [...plan.limits.filter(({ owner }) => owner !== 'costCenter#alpha'), limit],
    calls: [...plan.calls, ...calls],
    newSessionsPerMinute: 1,
  };
}

/** Longer than an execution can take: the call keeps its reservation until its lease ends. */
const STALLED_MS = 400_000;
/** Their leases are over, and swept. */
const AFTER_STALLED_MS = 500_000;

/** Some calls of a cost center never end, and after their leases many come at once. */
function withStalledCalls(random: Random, plan: Plan): Plan {
  const call = (id: string, at: number): CallPlan => ({
    ...callOf(random, id, 0, 0),
    at,
    costCenter: 'alpha',
    execution: 'workflow',
    pauses: [0, 0, 0],
  });
  const stalled = ['s0', 's1'].map((id) => ({ ...call(id, 0), pauses: [0, STALLED_MS, 0] }));
  const burst = Array.from({ length: 6 }, (_, i) =>
    call(`b${i}`, AFTER_STALLED_MS + random.integer(0, 500)),
  );
  const shared: LimitPlan = {
    owner: 'organization',
    name: 'shared',
    window: 'month',
    unit: 'requests',
    amount: 1_000,
    mode: 'enforce',
  };
  const sweeps = [455_000, 470_000].map((at) => ({ at, host: 0, faults: {} }));
  return {
    ...plan,
    limits: [...plan.limits.filter(({ owner }) => owner !== 'costCenter#alpha'), shared],
    inFlightMax: 400,
    calls: [...plan.calls, ...stalled, ...burst],
    sweeps: [...plan.sweeps, ...sweeps],
    inFlightRestrictedMax: 1,
  };
}

const changeOf = (random: Random, span: number) => ({
  at: random.integer(0, span),
  ...(random.chance(0.5)
    ? { shards: random.pick([1, 2, 3, 4]) }
    : { percent: random.pick([25, 50, 150, 200]) }),
});

function limitsOf(random: Random, calls: number): readonly LimitPlan[] {
  const unit = () => random.pick(['requests', 'tokens', 'input_tokens', 'output_tokens', 'usd']);
  const window = () => random.pick(['minute', 'hour', 'day', 'month', 'month']);
  const amount = (of: keyof typeof TYPICAL) =>
    Math.max(1, Math.floor((TYPICAL[of] * calls * random.integer(5, 120)) / 100));
  const limit = (owner: LimitPlan['owner'], name: string): LimitPlan => {
    const of = unit();
    return {
      owner,
      name,
      window: window(),
      unit: of,
      amount: amount(of),
      mode: random.chance(0.85) ? 'enforce' : 'observe',
      ...(random.chance(0.15) && { environment: 'dev' }),
      ...(owner.startsWith('costCenter') && random.chance(0.2) && { model: 'big' }),
      ...(random.chance(0.3) && {
        ceiling: {
          percent: random.pick([40, 80]),
          ...(random.chance(0.5) && { environment: 'dev' }),
          ...(owner.startsWith('costCenter') && random.chance(0.6) && { fallback: 'small' }),
        },
      }),
      ...(random.chance(0.5) && { notifyAt: [50, 100] }),
    };
  };
  const limits = [limit('costCenter#alpha', 'first')];
  if (random.chance(0.5)) limits.push(limit('costCenter#alpha', 'second'));
  if (random.chance(0.5)) limits.push(limit('costCenter#beta', 'first'));
  if (random.chance(0.3)) limits.push(limit('model#big', 'first'));
  if (random.chance(0.3)) limits.push(limit('organization', 'first'));
  return limits;
}

function callOf(random: Random, id: string, span: number, faulty: number): CallPlan {
  const execution = random.pick(['workflow', 'workflow', 'direct', 'stream']);
  return {
    id,
    requestId: `r-${id}`,
    at: random.integer(0, span),
    costCenter: random.chance(0.75) ? 'alpha' : 'beta',
    environment: random.chance(0.6) ? 'production' : 'dev',
    model: random.chance(0.75) ? 'big' : 'small',
    maxTokens: random.integer(1, 200),
    textLength: random.integer(1, 200),
    execution,
    ...(execution === 'stream' && { stream: streamOf(random, faulty) }),
    answers: answersOf(random, faulty),
    pauses: Array.from({ length: 3 }, () => pauseOf(random)),
    faults: faultsOf(random, faulty),
    isTooLarge: random.chance(0.04),
  };
}

function streamOf(random: Random, faulty: number): StreamPlan {
  const events = random.integer(1, 12);
  // The first and the last event come around the pieces of text.
  const any = () => random.integer(0, events + 2);
  return {
    events,
    gapMs: random.pick([0, 5, 200, 3_000]),
    end: random.chance(0.6) ? 'whole' : random.pick(['noUsage', 'exception', 'lost']),
    ...(random.chance(0.3) && { leavesAfter: 1 + any() }),
    ...(random.chance(faulty) && { crashesAt: any() }),
  };
}

const pauseOf = (random: Random) =>
  random.chance(0.06) ? random.integer(30_000, 600_000) : random.integer(0, 50);

/** Up to three tries of the model; the last answer stays. Sometimes it takes minutes. */
function answersOf(random: Random, faulty: number): readonly ModelAnswer[] {
  const answer = (outcome: string): ModelAnswer => ({
    outcome,
    milliseconds: random.chance(0.1) ? random.integer(20_000, 500_000) : random.integer(0, 3_000),
    outputPercent: random.integer(0, 100),
    inputPercent: random.chance(0.02) ? 150 : random.integer(0, 100),
    report: random.chance(0.9) ? 'complete' : random.pick(['missing', 'partial', 'negative']),
  });
  if (!random.chance(0.1 + faulty)) return [answer('ok')];
  const failures = random.chance(0.5) ? KEPT : RELEASED;
  const failed = answer(random.pick(failures));
  return random.chance(0.5) ? [failed, answer('ok')] : [failed];
}

/** Some calls meet a network that is unavailable for several requests in a row. */
function faultsOf(random: Random, faulty: number): CallPlan['faults'] {
  const faults: Record<number, NetworkFault> = {};
  const kind = () => random.pick(['lostBefore', 'lostAfter', 'delayed']);
  for (let i = 0; i < 12; i++) if (random.chance(faulty)) faults[i] = kind();
  if (random.chance(faulty / 2)) {
    const from = random.integer(0, 4);
    const fault = kind();
    for (let i = from; i < from + random.integer(3, 9); i++) faults[i] = fault;
  }
  return faults;
}
