/** Fuzzes one route of a built sandbox that it starts, and checks the ledger when all is quiet. */
import { randomOf } from '../ledger-simulation/random.ts';
import { isLine, type Line, restFindings, type Usage } from './at-rest.ts';
import { disturb } from './chaos.ts';
import { type Json, judge } from './judge.ts';
import type { FuzzRoute } from './routes.ts';
import type { FuzzedSandbox } from './sandbox.ts';
import { type ReceivedAnswer, requestOf, Sender, type SentRequest } from './send.ts';
import { CANARY } from './values.ts';

export interface FuzzOptions {
  readonly route: FuzzRoute;
  readonly seed: number;
  readonly count: number;
  /** The model and the ledger fail, the sweep runs in between, the process is killed. */
  readonly chaos: boolean;
  readonly concurrency: number;
  /** Starts a sandbox on the ledger that the last one left. */
  readonly start: () => Promise<FuzzedSandbox>;
  readonly log: (line: string) => void;
}

export interface Finding {
  /** Of the request; absent for what is found at rest. */
  readonly n?: number;
  readonly what: string;
}

export interface FuzzResult {
  readonly route: string;
  readonly seed: number;
  readonly sent: number;
  readonly seconds: number;
  readonly kinds: Readonly<Record<string, number>>;
  readonly paid: number;
  readonly limitsCompared: number;
  readonly kills: number;
  readonly slowestMs: number;
  readonly findings: readonly Finding[];
}

/** Far from the end of a month, and in every run the same. */
const BEGIN = Date.parse('2031-03-10T00:00:00Z');
/** Past every lease. */
const LEASES_MS = 3_600_000;
const AUDIT_LAST = 5_000;
const AUDIT_EVERY = 1_000;
const DISTURB_EVERY = 50;
const KILLS = 2;
const SWEEPS = 8;
const SHOWN_MAX = 10;
const FINDINGS_MAX = 1_000;
const BUSY = /The ledger did not answer/;
const TRIES = 4;
const CHARGED = ['settled', 'worst_case'];

export async function fuzz(options: FuzzOptions): Promise<FuzzResult> {
  const run = new Run(options);
  try {
    return await run.all();
  } finally {
    await run.close();
  }
}

class Run {
  readonly #options: FuzzOptions;
  readonly #sender = new Sender();
  readonly #findings: Finding[] = [];
  readonly #kinds: Record<string, number> = {};
  readonly #lines = new Map<string, Line>();
  readonly #answered: { n: number; requestId: string; costNanoUsd: number | undefined }[] = [];
  #sandbox: FuzzedSandbox | undefined;
  #next = 0;
  #paid = 0;
  #kills = 0;
  #slowestMs = 0;
  #wasBusy = false;
  #now = BEGIN;

  constructor(options: FuzzOptions) {
    this.#options = options;
  }

  async close(): Promise<void> {
    this.#sender.close();
    await this.#sandbox?.stop();
  }

  async all(): Promise<FuzzResult> {
    const { route, seed, count, chaos } = this.#options;
    const began = Date.now();
    const rounds = chaos ? KILLS + 1 : 1;
    for (let round = 1; round <= rounds; round += 1) {
      await this.#begin();
      await this.#send(Math.floor((count * round) / rounds), round < rounds);
    }
    const limitsCompared = await this.#atRest();
    return {
      route: route.name,
      seed,
      sent: this.#next,
      seconds: Math.round((Date.now() - began) / 1000),
      kinds: this.#kinds,
      paid: this.#paid,
      limitsCompared,
      kills: this.#kills,
      slowestMs: Math.round(this.#slowestMs),
      findings: this.#findings,
    };
  }

  async #begin(): Promise<void> {
    this.#sandbox = await this.#options.start();
    await this.#post('/_sandbox/clock', { now: new Date(this.#now).toISOString() });
  }

  /** Sends up to the given number; with `kills`, the process ends while calls are in flight. */
  async #send(until: number, kills: boolean): Promise<void> {
    const killAt = kills ? until - Math.ceil(this.#options.concurrency / 2) : undefined;
    let killed = false;
    const worker = async () => {
      while (this.#next < until && !killed) {
        const n = this.#next;
        this.#next += 1;
        if (n === killAt) {
          await this.#readAudit();
          killed = true;
          await this.#sandbox?.kill();
          this.#sandbox = undefined;
          this.#kills += 1;
          return;
        }
        await this.#one(n, () => killed);
      }
    };
    await Promise.all(Array.from({ length: this.#options.concurrency }, worker));
    this.#next = until;
  }

  async #one(n: number, isKilled: () => boolean): Promise<void> {
    const { route, seed, chaos, count, log } = this.#options;
    if (chaos && n % DISTURB_EVERY === 0) {
      await disturb(randomOf(seed, 'chaos', n), (path, body) => this.#post(path, body)).catch(
        () => undefined,
      );
    }
    if (n > 0 && n % AUDIT_EVERY === 0) await this.#readAudit().catch(() => undefined);
    if (n > 0 && n % 5_000 === 0) log(`${route.name}: ${n} of ${count}`);
    const sent = requestOf(route, seed, n);
    const target = await this.#target();
    if (target === undefined) return;
    try {
      const twins = sent.isTwin ? [sent, sent] : [sent];
      const answers = await Promise.all(
        twins.map((each) => this.#patiently(target.url, target.wrap(each))),
      );
      let paid = 0;
      for (const answer of answers) paid += await this.#judge(n, sent, answer);
      if (paid > 1) this.#find(n, 'two requests with one idempotency key were both paid');
    } catch (error) {
      if (!isKilled()) this.#find(n, `no answer: ${String(error)}`);
    }
  }

  /**
   * A machine that is busy with other work can keep the ledger from answering in time: such a
   * request is sent again. One that always fails is still found.
   */
  async #patiently(url: string, sent: SentRequest): Promise<ReceivedAnswer | string> {
    for (let tries = 1; ; tries += 1) {
      const answer = await this.#sender.send(url, sent);
      const isBusy = typeof answer !== 'string' && BUSY.test(answer.body.toString());
      if (!isBusy || this.#options.chaos || tries === TRIES) return answer;
      this.#wasBusy = true;
      this.#count('sent again, as the ledger did not answer in time');
    }
  }

  /** @returns 1 for an answer that was paid. */
  async #judge(n: number, sent: SentRequest, answer: ReceivedAnswer | string): Promise<number> {
    const { route, chaos } = this.#options;
    if (typeof answer === 'string') {
      this.#count('not sent');
      return 0;
    }
    this.#slowestMs = Math.max(this.#slowestMs, answer.ms);
    const judged = await judge(sent, answer, { protocol: route.protocol, chaos });
    this.#count(judged.kind);
    for (const what of judged.findings) this.#find(n, what);
    if (!judged.isPaid) return 0;
    const { requestId, costNanoUsd } = judged;
    if (requestId !== undefined) this.#answered.push({ n, requestId, costNanoUsd });
    this.#paid += 1;
    return 1;
  }

  #count(kind: string): void {
    this.#kinds[kind] = (this.#kinds[kind] ?? 0) + 1;
  }

  #find(n: number | undefined, what: string): void {
    const { log, route, seed, chaos } = this.#options;
    if (this.#findings.length >= FINDINGS_MAX) return;
    this.#findings.push({ ...(n !== undefined && { n }), what });
    if (this.#findings.length > SHOWN_MAX) return;
    const again = n === undefined ? '' : ` --only ${n}`;
    log(`FOUND ${what}`);
    log(`  npm run test:fuzz -- --route ${route.name} --seed ${seed}${chaos ? ' --chaos' : again}`);
  }

  #target(): Promise<Target | undefined> {
    return targetOf(this.#sandbox, this.#options.route);
  }

  async #post(path: string, body: object): Promise<void> {
    if (this.#sandbox) await postTo(this.#sandbox.url, path, body);
  }

  async #get(path: string): Promise<unknown> {
    return (await fetch((this.#sandbox?.url ?? '') + path)).json();
  }

  async #readAudit(): Promise<void> {
    if (!this.#sandbox) return;
    const lines = await this.#get(`/_sandbox/audit?last=${AUDIT_LAST}`);
    if (!Array.isArray(lines)) return;
    for (const line of lines.filter((each: Json) => isLine(each))) {
      this.#lines.set(`${line.requestId} ${line.outcome} ${line.at}`, line);
    }
    const places = new Set(placesOf(lines, CANARY));
    // The starter of an execution states the claims of its caller.
    for (const place of places) if (place.startsWith('[].caller.claims')) places.delete(place);
    for (const place of places) {
      this.#find(undefined, `a prompt is in the audit log: ${place}`);
    }
  }

  async #atRest(): Promise<number> {
    const chaos = this.#options.chaos || this.#wasBusy;
    await this.#post('/_sandbox/bedrock/behavior', {});
    await this.#post('/_sandbox/ledger/behavior', {});
    await this.#readAudit();
    if (chaos) {
      this.#now += LEASES_MS;
      await this.#post('/_sandbox/clock', { now: new Date(this.#now).toISOString() });
      for (let i = 0; i < SWEEPS; i += 1) await this.#post('/_sandbox/sweep', {});
    }
    const usage = (await this.#get('/v1/usage')) as Usage;
    const lines = [...this.#lines.values()];
    const { compared, findings } = restFindings(usage, lines, {
      chaos,
      callsSeveral: this.#options.route.callsSeveral === true,
    });
    for (const what of findings) this.#find(undefined, what);
    if (!chaos) this.#compareWithAudit(lines);
    const metrics = JSON.stringify(await this.#get('/_sandbox/metrics?last=5000'));
    if (metrics.includes(CANARY)) this.#find(undefined, 'a prompt is in the metrics');
    return compared;
  }

  #compareSums(lines: readonly Line[]): void {
    const audited = lines.reduce((sum, { actualNanoUsd = 0 }) => sum + actualNanoUsd, 0);
    const stated = this.#answered.reduce((sum, { costNanoUsd = 0 }) => sum + costNanoUsd, 0);
    if (stated !== audited) this.#find(undefined, `the answers say ${stated}, the log ${audited}`);
  }

  /** Each answer says what its line in the audit log says. */
  #compareWithAudit(lines: readonly Line[]): void {
    if (this.#options.route.callsSeveral) {
      this.#compareSums(lines);
      return;
    }
    // The starter of an execution names its request, so that several can have one id.
    const byId = new Map<string, Line[]>();
    for (const line of lines) {
      byId.set(line.requestId, [...(byId.get(line.requestId) ?? []), line]);
    }
    for (const { n, requestId, costNanoUsd } of this.#answered) {
      const amounts = (byId.get(requestId) ?? []).map(({ actualNanoUsd }) => actualNanoUsd);
      if (amounts.length === 0) this.#find(n, 'a paid answer without a line in the audit log');
      else if (costNanoUsd !== undefined && !amounts.includes(costNanoUsd)) {
        this.#find(n, `the answer says ${costNanoUsd}, the audit log ${amounts.join(', ')}`);
      }
    }
    const charged = lines.filter(({ settlement = '' }) => CHARGED.includes(settlement));
    for (const { requestId, actualNanoUsd = 0, usage } of charged) {
      const hasUsed = Object.values(usage ?? {}).some((tokens) => tokens > 0);
      if (actualNanoUsd === 0 && hasUsed) this.#find(undefined, `${requestId} was free`);
    }
    // No other method calls a model, so every charged call has an answer.
    const answered = this.#answered.length;
    if (charged.length !== answered) {
      this.#find(undefined, `${charged.length} calls charged, ${answered} answers paid`);
    }
  }
}

/** The members that hold a text, in values or in names. */
function placesOf(value: unknown, text: string, path = ''): readonly string[] {
  if (typeof value === 'string') return value.includes(text) ? [path] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => {
    const at = Array.isArray(value) ? `${path}[]` : `${path}.${name}`;
    return name.includes(text) ? [`${path}: a name`] : placesOf(inner, text, at);
  });
}

interface Target {
  readonly url: string;
  readonly wrap: (sent: SentRequest) => SentRequest;
}

/** Starts of the workflow go to Step Functions, as the AWS SDK sends them. */
export async function targetOf(
  sandbox: FuzzedSandbox | undefined,
  { protocol }: FuzzRoute,
): Promise<Target | undefined> {
  if (!sandbox) return undefined;
  if (protocol !== 'workflow') return { url: sandbox.url, wrap: (sent) => sent };
  const { url, stateMachineArn } = await workflowOf(sandbox);
  return {
    url,
    wrap: (sent) => ({
      ...sent,
      path: '/',
      headers: {
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': 'AWSStepFunctions.StartSyncExecution',
      },
      body: Buffer.from(JSON.stringify({ stateMachineArn, input: sent.body?.toString() ?? '' })),
    }),
  };
}

const workflows = new WeakMap<FuzzedSandbox, Promise<{ url: string; stateMachineArn: string }>>();

function workflowOf(sandbox: FuzzedSandbox): Promise<{ url: string; stateMachineArn: string }> {
  const known = workflows.get(sandbox);
  if (known) return known;
  const asked = fetch(`${sandbox.url}/_sandbox/settings`)
    .then((answer) => answer.json())
    .then(({ workflow }) => workflow);
  workflows.set(sandbox, asked);
  return asked;
}

async function postTo(url: string, path: string, body: object): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) });
}
