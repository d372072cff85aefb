/** Policies for the ledger's tests: small configurations written as tfvars in JSON. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Json } from './run-sandbox.ts';

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
