/** The report that the pictures of the documentation show: a made-up bill through the real command. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { costSentry } from '../../support/command-line.ts';
import { billAnswers, type Charge, startCostExplorer } from '../../support/cost-explorer.ts';

const NOW = Date.parse('2026-11-25T13:00:00Z');
const DAY_MS = 86_400_000;
const FIRST = Date.parse('2026-10-15T00:00:00Z');
const DAYS = 41;
const TFVARS = 'examples/complete/terraform.tfvars';

const MODELS = [
  ['Claude 3.5 Haiku (Amazon Bedrock Edition)', 'USE1-MP:USE1_InputTokenCount-Units', 45],
  ['Claude 3.5 Sonnet v2 (Amazon Bedrock Edition)', 'USE1-MP:USE1_OutputTokenCount-Units', 35],
  ['Amazon Bedrock', 'USE1-NovaLite-output-tokens', 15],
  ['Amazon Bedrock', 'USE1-NovaMicro-input-tokens', 5],
] as const;
/** Cents on a working day, and how many more each week. */
const SPENDERS = [
  ['sales', 1_900, 90],
  ['support', 1_050, 30],
  ['services', 560, 45],
  ['research', 240, 60],
  [undefined, 130, -10],
] as const;

/** The same on every machine: weekends are quiet, weeks grow, and days differ by a fixed pattern. */
function exampleBill(): Charge[] {
  return Array.from({ length: DAYS }, (_, day) => {
    const at = new Date(FIRST + day * DAY_MS);
    const isWeekend = at.getUTCDay() % 6 === 0;
    return SPENDERS.flatMap(([costCenter, cents, growth], spender) =>
      MODELS.map(([service, usageType, percent], model): Charge => {
        const wave = 100 + (((day + 3 * spender) * 7 + model * 5) % 31) - 15;
        const ofDay = (cents + (growth * day) / 7) * (isWeekend ? 0.25 : 1) * (wave / 100);
        return {
          day: at.toISOString().slice(0, 10),
          service,
          usageType,
          // In 10^-7 USD, as AWS bills with that many decimals.
          amount: (Math.round(ofDay * percent * 1_000) / 1e7).toFixed(7),
          ...(costCenter !== undefined && { tags: { costCenter } }),
        };
      }),
    );
  }).flat();
}

const VARIABLES = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' };

/** @returns what `cost-sentry report` with these flags writes about the example. */
export const exampleReport = (...flags: readonly string[]): Promise<string> =>
  reportOf(exampleBill(), flags);

async function reportOf(bill: readonly Charge[], flags: readonly string[]): Promise<string> {
  const server = await startCostExplorer(billAnswers(bill, 500));
  const folder = mkdtempSync(join(tmpdir(), 'cost-sentry-report-'));
  Object.assign(process.env, VARIABLES, { AWS_ENDPOINT_URL_COST_EXPLORER: server.url });
  try {
    const file = join(folder, 'report');
    const args = ['report', '--from', '2026-10-15', '--out', file, ...flags];
    const { exitCode, err } = await costSentry(args, { clock: { now: () => NOW } });
    if (exitCode !== 0) throw new Error(`the example's report failed: ${err}`);
    return readFileSync(file, 'utf8');
  } finally {
    delete process.env.AWS_ENDPOINT_URL_COST_EXPLORER;
    rmSync(folder, { recursive: true });
    await server.close();
  }
}

export const examplePage = (): Promise<string> =>
  exampleReport('--format', 'html', '--var-file', TFVARS);

/** A cost center is called what would do harm if it were taken for markup. */
export function hostilePage(name: string): Promise<string> {
  const bill = exampleBill().map((charge) =>
    charge.tags?.costCenter === 'sales' ? { ...charge, tags: { costCenter: name } } : charge,
  );
  return reportOf(bill, ['--format', 'html', '--var-file', TFVARS]);
}

/** The reports printed in docs/reporting.md, by the name of their place there. */
export const PRINTED: readonly (readonly [string, readonly string[]])[] = [
  ['table', ['--from', '2026-11-16']],
  ['model', ['--from', '2026-10-15', '--by', 'model', '--granularity', 'monthly']],
  ['csv', ['--from', '2026-11-24', '--format', 'csv']],
  ['json', ['--from', '2026-11-24', '--to', '2026-11-25', '--format', 'json']],
];
