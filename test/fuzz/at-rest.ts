/** Checks the limits when no call runs: nothing is reserved, and the usage is the cost of the calls. */
import type { Json } from './judge.ts';

/** Of `GET /v1/usage`, as much as is compared. */
interface LimitState {
  readonly name: string;
  readonly unit: string;
  readonly mode: string;
  readonly scope: Readonly<Record<string, string>>;
  readonly limit: number;
  readonly used: number;
  readonly reserved: number;
}

interface OwnerState {
  readonly name: string;
  readonly limits: readonly LimitState[];
}

export interface Usage {
  readonly costCenters: readonly OwnerState[];
  readonly organization: OwnerState;
}

/** A line of the audit log, as much as is compared. */
export interface Line {
  readonly requestId: string;
  readonly outcome: string;
  readonly decision: string;
  readonly model: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly actualNanoUsd?: number;
  readonly settlement?: string;
  readonly usage?: Readonly<Record<string, number>>;
  readonly bounds?: readonly {
    readonly model: string;
    readonly inputTokens: number;
    readonly outputTokens: number;
  }[];
}

export interface RestOptions {
  /** Model, ledger and process failed at times: sums are bounds then, not equal. */
  readonly chaos: boolean;
  /** A line is about several calls: of what they are charged it states only the cost. */
  readonly callsSeveral: boolean;
}

export function restFindings(
  usage: Usage,
  lines: readonly Line[],
  { chaos, callsSeveral }: RestOptions,
): { compared: number; findings: string[] } {
  const findings: string[] = [];
  let compared = 0;
  const owners = [...usage.costCenters, { ...usage.organization, name: undefined }];
  for (const { name: owner, limits } of owners) {
    for (const limit of limits) {
      const key = `${owner ?? 'organization'}/${limit.name}`;
      if (limit.reserved !== 0) findings.push(`${key}: ${limit.reserved} reserved at rest`);
      if (limit.used < 0) findings.push(`${key}: negative`);
      if (limit.mode === 'enforce' && limit.used > limit.limit) {
        findings.push(`${key}: ${limit.used} used of ${limit.limit}`);
      }
      compared += 1;
      if (callsSeveral && limit.unit !== 'usd') continue;
      const counted = lines.filter((line) => isCounted(line, owner, limit));
      const sum = counted.reduce((total, line) => total + amountOf(line, limit.unit), 0);
      const isRight = chaos ? limit.used >= sum || limit.unit !== 'usd' : limit.used === sum;
      if (!isRight) findings.push(`${key}: ${limit.used} used, but the calls' sum is ${sum}`);
    }
  }
  return { compared, findings };
}

function isCounted(line: Line, owner: string | undefined, { scope }: LimitState): boolean {
  const names: Readonly<Record<string, string | undefined>> = {
    application: line.tags.applicationId,
    environment: line.tags.environment,
    model: line.model,
  };
  return (
    ['settled', 'worst_case', 'released'].includes(line.settlement ?? '') &&
    (owner === undefined || line.tags.costCenter === owner) &&
    Object.entries(scope).every(([part, value]) => names[part] === value)
  );
}

function amountOf(line: Line, unit: string): number {
  const { actualNanoUsd = 0, settlement, usage, model, bounds = [] } = line;
  if (settlement === 'released') return 0;
  // Without a usage, the whole reservation is charged.
  const known = usage ?? bounds.find((bound) => bound.model === model) ?? NOTHING;
  const { inputTokens = 0, outputTokens = 0 } = known;
  const { cacheReadInputTokens = 0, cacheWriteInputTokens = 0 } = usage ?? NOTHING;
  const input = inputTokens + cacheReadInputTokens + cacheWriteInputTokens;
  const amounts: Readonly<Record<string, number>> = {
    usd: actualNanoUsd,
    requests: 1,
    input_tokens: input,
    output_tokens: outputTokens,
    tokens: input + outputTokens,
  };
  return amounts[unit] ?? Number.NaN;
}

const NOTHING: Readonly<Record<string, number>> = {};

export const isLine = (value: Json): boolean =>
  typeof value.requestId === 'string' && value.outcome !== undefined;
