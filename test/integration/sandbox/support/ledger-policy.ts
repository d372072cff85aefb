/** Policies for the ledger's tests: small configurations written as tfvars in JSON. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Json, RunningSandbox } from './run-sandbox.ts';

/** 0.25 USD a million tokens in and 1.25 out: whole nano-USD per token. */
const HAIKU = {
  model_id: 'us.anthropic.claude-haiku-4-5-20251001-v1:0',
  price: { input: 0.25, output: 1.25 },
};
const MICRO = { model_id: 'amazon.nova-micro-v1:0' };

/** What `question()` reserves: 202 tokens in and 50 out; it writes to no cache. */
export const WORST_NANO_USD = 202 * 250 + 50 * 1_250;

/** Settings that differ from test to test. */
export interface LedgerPolicy {
  /** By cost center, as tfvars write them. */
  readonly limits: Readonly<Record<string, readonly object[]>>;
  readonly ledger?: object;
  readonly timeZone?: string;
  /** Over all cost centers. */
  readonly organization?: readonly object[];
  /** Of the model `haiku` over all cost centers. */
  readonly haiku?: readonly object[];
}

const tfvarsOf = (policy: LedgerPolicy) => ({
  name: 'ledger',
  models: { haiku: { ...HAIKU, limits: policy.haiku ?? [] }, micro: MICRO },
  applications: { faq: { environments: ['dev', 'production'] } },
  cost_centers: Object.fromEntries(
    Object.entries(policy.limits).map(([name, limits]) => [
      name,
      { model: 'haiku', models: ['haiku', 'micro'], applications: ['faq'], limits },
    ]),
  ),
  organization: { limits: policy.organization ?? [] },
  time_zone: policy.timeZone ?? 'UTC',
  ledger: policy.ledger ?? {},
});

/** A folder of the test's own for tfvars and kept ledgers. */
export class Folder {
  readonly path: string;
  #written = 0;

  private constructor(path: string) {
    this.path = path;
  }

  static async create(): Promise<Folder> {
    return new Folder(await mkdtemp(join(tmpdir(), 'ledger-')));
  }

  /** @returns the file's path. */
  async writePolicy(policy: LedgerPolicy): Promise<string> {
    this.#written += 1;
    const file = join(this.path, `policy-${this.#written}.tfvars.json`);
    await writeFile(file, JSON.stringify(tfvarsOf(policy)));
    return file;
  }

  remove(): Promise<void> {
    return rm(this.path, { recursive: true, force: true });
  }
}

interface Question {
  readonly costCenter?: string;
  readonly model?: string;
  readonly environment?: string;
  readonly maxTokens?: number;
}

export const question = ({
  costCenter = 'retail',
  model = 'haiku',
  environment = 'production',
  maxTokens = 50,
}: Question = {}): Json => ({
  model,
  prompt: {
    messages: [{ role: 'user', content: 'Hi' }],
    parameters: { max_tokens: maxTokens },
  },
  tags: { applicationId: 'faq', costCenter, environment },
});

/** The figures of one limit in its current window. */
export async function limitOf(
  sandbox: RunningSandbox,
  name: string,
  costCenter = 'retail',
): Promise<Json> {
  const { body } = await sandbox.get(`/v1/usage?costCenter=${costCenter}`);
  const found = body.costCenters[0].limits.find((limit: Json) => limit.name === name);
  if (!found) throw new Error(`there is no limit ${name}: ${JSON.stringify(body)}`);
  return found;
}

/** Moves the sandbox's time and returns it. */
export const moveClock = (sandbox: RunningSandbox, now: string | null): Promise<Json> =>
  sandbox.post('/_sandbox/clock', { now });

/** Lets every lease end and the sweep settle what is left. */
export async function sweepAfterLeases(sandbox: RunningSandbox, at: string): Promise<Json> {
  await moveClock(sandbox, at);
  const { status, body } = await sandbox.post('/_sandbox/sweep', {});
  if (status !== 200) throw new Error(`the sweep failed: ${JSON.stringify(body)}`);
  return body;
}

/** Answers by status. */
export function statuses(answers: readonly { readonly status: number }[]): Json {
  const counts: Record<number, number> = {};
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

/** Costs of the calls as their responses state them, in nano-USD. */
export const charged = (answers: readonly { readonly body: Json }[]): number =>
  answers.reduce((sum, { body }) => sum + (body.cost?.nanoUsd ?? 0), 0);
