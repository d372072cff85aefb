/** Method: the command line in this process against a server with the JSON of the real APIs. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  type OfferedFixture,
  type PriceFixture,
  startBedrockLists,
} from '../../support/bedrock-lists.ts';
import { costSentry } from '../../support/command-line.ts';
import { withEnvironment } from '../../support/environment.ts';

const NOW = Date.parse('2026-11-29T12:00:00Z');
const HAIKU = 'anthropic.claude-haiku-4-5-20251001-v1:0';
const LITE = 'amazon.nova-lite-v1:0';
withEnvironment({
  AWS_ENDPOINT_URL: undefined,
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
});

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cost-sentry-models-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const models = (...args: readonly string[]) =>
  costSentry(['models', ...args], { clock: { now: () => NOW } });

const haikuPrice = (usageType: string, usd: string): PriceFixture => ({
  service: 'AmazonBedrockFoundationModels',
  serviceName: 'Claude Haiku 4.5 (Amazon Bedrock Edition)',
  usageType: `USE1-MP:USE1_${usageType}-Units`,
  unit: '1M tokens',
  usd,
});
const litePrice = (usageType: string, usd: string): PriceFixture => ({
  service: 'AmazonBedrock',
  model: 'Nova Lite',
  usageType: `USE1-NovaLite-${usageType}`,
  unit: '1K tokens',
  usd,
});

const OFFERED: readonly OfferedFixture[] = [
  { modelId: HAIKU, inferenceTypes: ['INFERENCE_PROFILE'] },
  { modelId: LITE },
  { modelId: `${LITE}:300k`, inferenceTypes: ['PROVISIONED'] },
];
const PROFILES = [`us.${HAIKU}`, `global.${HAIKU}`, `us.${LITE}`];
/** As in the catalogue. */
const PRICES: readonly PriceFixture[] = [
  haikuPrice('InputTokenCount', '1.1000000000'),
  haikuPrice('InputTokenCount_Global', '1.0000000000'),
  haikuPrice('InputTokenCount_Global_Batch', '0.5000000000'),
  haikuPrice('OutputTokenCount', '5.5000000000'),
  haikuPrice('CacheReadInputTokenCount', '0.1100000000'),
  haikuPrice('CacheWrite1hInputTokenCount', '2.2000000000'),
  litePrice('input-tokens', '0.0000600000'),
  litePrice('output-tokens', '0.0002400000'),
  litePrice('input-image-token-count', '9.0000000000'),
];

const TFVARS = `name = "test"
models = {
  "lite"  = { model_id = "${LITE}" }
  "haiku" = { model_id = "us.${HAIKU}", limits = [{ window = "day", unit = "usd", amount = 5 }] }
}
applications = { "chat" = { environments = ["dev"] } }
cost_centers = { sales = { models = ["lite", "haiku"], applications = ["chat"] } }
`;

interface World {
  readonly models?: readonly OfferedFixture[];
  readonly profiles?: readonly string[];
  readonly prices?: readonly PriceFixture[];
  readonly failure?: { status: number; name: string; message: string };
}

async function against(world: World, ...args: readonly string[]) {
  const server = await startBedrockLists({
    models: OFFERED,
    profiles: PROFILES,
    prices: PRICES,
    ...world,
  });
  process.env.AWS_ENDPOINT_URL = server.url;
  try {
    return { ...(await models(...args)), asked: server.asked };
  } finally {
    await server.close();
  }
}

function varFile(text = TFVARS): string {
  const file = join(folder, 'terraform.tfvars');
  writeFileSync(file, text);
  return file;
}

describe('models list', () => {
  test('shows the ids that a region can call, with their prices there', async () => {
    const { exitCode, out } = await models('list', 'haiku-4-5', '--region', 'eu-central-1');
    expect(exitCode).toBe(0);
    expect(out).toContain('2 model ids in eu-central-1');
    expect(out).toMatch(new RegExp(`eu.${HAIKU} +1.10 +5.50 +0.11 +1.375 +200000 +64000 +active`));
    expect(out).toMatch(new RegExp(`global.${HAIKU} +1.00 +5.00`));
    expect(out).not.toContain(` us.${HAIKU}`);
  });

  test('as JSON has the lifecycle and the sources, and leaves out what has ended', async () => {
    const listed = async (...args: string[]) => {
      const { out } = await models('list', 'nova-premier', '--json', ...args);
      return JSON.parse(out).models;
    };
    expect(await listed()).toEqual([]);
    const [premier] = await listed('--all');
    expect(premier).toMatchObject({ status: 'ended', endOfLife: '2026-09-14' });
    expect(premier.sources.length).toBeGreaterThan(0);
    expect(premier.price.price.input).toBeGreaterThan(0);
  });

  test('refuses what is no region', async () => {
    const { exitCode, err } = await models('list', '--region', 'Frankfurt');
    expect([exitCode, err]).toEqual([2, expect.stringContaining('--region: must be a region')]);
  });
});

describe('models check', () => {
  test('finds nothing wrong where all is as in the catalogue', async () => {
    const { exitCode, out, asked } = await against({}, 'check', '--var-file', varFile());
    expect([exitCode, out]).toEqual([
      0,
      'us-east-1: 2 models checked, prices of 2 compared: ok.\n',
    ]);
    expect(asked).toContain('GET /foundation-models?');
    expect(asked.filter((each) => each.startsWith('GET /inference-profiles'))).toHaveLength(2);
    expect(asked).toContain('GetProducts AmazonBedrockFoundationModels regionCode=us-east-1');
  });

  test('a price below that of AWS exits 1, and is shown with both', async () => {
    const prices = [...PRICES, haikuPrice('OutputTokenCount', '6.6000000000')];
    const { exitCode, out } = await against({ prices }, 'check', '--var-file', varFile());
    expect(exitCode).toBe(1);
    expect(out).toMatch(/haiku \(us\..*\) +output +5\.50 +6\.60 +TOO LOW/);
  });

  test('an own price is compared, and one above that of AWS does not fail the check', async () => {
    const priced = (output: string) =>
      varFile(TFVARS.replace(`"${LITE}"`, `"${LITE}", price = { output = ${output} }`));
    const above = await against({}, 'check', '--var-file', priced('0.5'), '--json');
    expect(above.exitCode).toBe(0);
    const [, lite] = JSON.parse(above.out).models;
    expect(lite).toMatchObject({
      alias: 'lite',
      comparedPrices: 2,
      differences: [
        { part: 'output', nanoUsdPerMillion: 500_000_000, awsNanoUsdPerMillion: 240_000_000 },
      ],
      findings: [{ kind: 'price_above', message: "the price of output is above AWS's" }],
    });
    const below = await against({}, 'check', '--var-file', priced('0.1'));
    expect(below.exitCode).toBe(1);
  });

  test.each<[string, World, string]>([
    [
      'a model that ends',
      {
        models: [
          { ...at(OFFERED, 0), status: 'LEGACY', endOfLifeTime: '2027-01-08T00:00:00Z' },
          at(OFFERED, 1),
        ],
      },
      `haiku (us.${HAIKU}): Amazon Bedrock lists "${HAIKU}" as LEGACY, it ends on 2027-01-08`,
    ],
    [
      'a profile that the region does not have',
      { profiles: [`global.${HAIKU}`] },
      `haiku (us.${HAIKU}): us-east-1 does not offer "us.${HAIKU}": use global.${HAIKU}`,
    ],
    [
      'a bare id without on-demand throughput',
      { models: [at(OFFERED, 0), { modelId: LITE, inferenceTypes: ['INFERENCE_PROFILE'] }] },
      `lite (${LITE}): us-east-1 offers no on-demand throughput of "${LITE}": use us.${LITE}`,
    ],
  ])('%s exits 1', async (_, world, expected) => {
    const { exitCode, out } = await against(world, 'check', '--var-file', varFile());
    expect([exitCode, out]).toEqual([1, expect.stringContaining(expected)]);
  });

  test('a model without a price in the list is named, and not taken for right', async () => {
    const prices = PRICES.filter(({ service }) => service === 'AmazonBedrock');
    const { exitCode, out } = await against({ prices }, 'check', '--var-file', varFile());
    expect(exitCode).toBe(0);
    expect(out).toContain(`Not found in the AWS Price List: haiku (us.${HAIKU}).`);
    expect(out).toContain('2 models checked, prices of 1 compared');
  });

  test('without a policy checks the catalogue in its region, and names what it lacks', async () => {
    const offered = [...OFFERED, { modelId: 'acme.brand-new-v1:0' }];
    const inFrankfurt = [{ ...haikuPrice('InputTokenCount', '1.2'), region: 'eu-central-1' }];
    const world = { models: offered, prices: inFrankfurt };
    const { exitCode, out } = await against(world, 'check', '--region', 'eu-central-1', '--json');
    const report = JSON.parse(out);
    expect([exitCode, report.ok, report.region]).toEqual([1, false, 'eu-central-1']);
    expect(report.unknownModels).toEqual(['acme.brand-new-v1:0']);
    const wrong = report.models.filter(({ findings }: { findings: unknown[] }) => findings.length);
    expect(wrong.map(({ modelId }: { modelId: string }) => modelId)).toEqual([`eu.${HAIKU}`]);
  });

  test('an error of AWS is one sentence', async () => {
    const message =
      'User: arn:aws:iam::1:user/a is not authorized to perform: bedrock:ListFoundationModels';
    const failure = { status: 403, name: 'AccessDeniedException', message };
    const { exitCode, err } = await against({ failure }, 'check');
    expect(exitCode).toBe(2);
    expect(err).toContain('has no right to bedrock:ListFoundationModels');
  });
});

describe('models prices', () => {
  const DEARER = [
    ...PRICES,
    haikuPrice('OutputTokenCount', '6.6000000000'),
    litePrice('input-tokens-flex', '0.00003'),
    litePrice('output-tokens-flex', '0.00012'),
    litePrice('input-tokens-priority', '0.0001'),
    litePrice('input-tokens-long-context', '0.00012'),
  ];

  test('names what is wrong in a file as the file does, and not as a flag', async () => {
    const file = varFile(TFVARS.replace(LITE, 'amazon.unknown-v1:0'));
    const { exitCode, err } = await against({}, 'prices', '--var-file', file);
    expect([exitCode, err]).toEqual([2, expect.stringMatching(/^models\.lite.*: .*add `price`/)]);
  });

  test('writes all models, with the prices that differ', async () => {
    const out = join(folder, 'prices.auto.tfvars.json');
    const args = ['prices', '--var-file', varFile(), '--out', out];
    const { exitCode, err } = await against({ prices: DEARER }, ...args);
    expect([exitCode, err]).toEqual([0, `prices of 2 models written to ${out}: haiku, lite\n`]);
    expect(JSON.parse(readFileSync(out, 'utf8'))).toEqual({
      models: {
        lite: { model_id: LITE, price: { tiers: { flex: { input: 0.03, output: 0.12 } } } },
        haiku: {
          model_id: `us.${HAIKU}`,
          limits: [{ window: 'day', unit: 'usd', amount: 5 }],
          price: { output: 6.6 },
        },
      },
    });
    const checked = await against(
      { prices: DEARER },
      'check',
      '--var-file',
      varFile(),
      '--var-file',
      out,
    );
    // The threshold of the long context is not in the Price List: it stays to be set.
    expect(checked.exitCode).toBe(1);
    expect(checked.out.match(/TOO LOW/g)).toHaveLength(1);
    expect(checked.out).toMatch(/input, long context .* TOO LOW/);
  });

  test('writes a lower price only when asked to', async () => {
    const prices = PRICES.map((each) => (each.model ? { ...each, usd: '0.00001' } : each));
    const args = ['prices', '--var-file', varFile()];
    const kept = await against({ prices }, ...args);
    expect([kept.exitCode, kept.out, kept.err]).toEqual([
      0,
      '',
      'no price differs: nothing is written\n',
    ]);
    const { out } = await against({ prices }, ...args, '--lower');
    expect(JSON.parse(out).models.lite.price).toEqual({ input: 0.01, output: 0.01 });
  });

  test('without a policy writes the ids of the catalogue that differ', async () => {
    const { out } = await against({ prices: DEARER }, 'prices');
    expect(JSON.parse(out).models['us-anthropic-claude-haiku-4-5-20251001-v1-0']).toEqual({
      model_id: `us.${HAIKU}`,
      price: { output: 6.6 },
    });
  });

  test.each([
    [['--json'], 'requires --out with a file'],
    [['--out', '/nowhere/prices.json'], '--out: "/nowhere/prices.json": folder not found'],
  ])('%p is refused', async (more, expected) => {
    const args = ['prices', '--var-file', varFile(), ...more];
    const { exitCode, out, err } = await against({ prices: DEARER }, ...args);
    expect(exitCode).toBe(2);
    expect(out + err).toContain(expected);
  });
});

function at<T>(list: readonly T[], index: number): T {
  const found = list[index];
  if (found === undefined) throw new Error(`no element ${index}`);
  return found;
}
