/** The models that `models check` and `models prices` compare. */
import { AwsPriceList, pricingClient } from '../../adapters/aws-price-list.ts';
import { BedrockModelLists, bedrockClient } from '../../adapters/bedrock-models.ts';
import { loadTfvarsPolicy } from '../../adapters/tfvars-policy.ts';
import { ownProperty } from '../../core/input-path.ts';
import type { InputProblem } from '../../core/input-problem.ts';
import {
  type CheckedModel,
  checkModels,
  type ModelsCheck,
} from '../../core/insight/models/check-models.ts';
import { modelsOfRegion } from '../../core/pricing/catalogue.ts';
import type { Io } from '../terminal/io.ts';
import { regionOf, regionProblems } from '../terminal/region.ts';

export interface CheckOptions {
  readonly varFile?: readonly string[];
  readonly region?: string;
  readonly json?: boolean;
}

interface Checked {
  readonly check: ModelsCheck;
  /** The `models` variable: of the tfvars, or made of the catalogue's ids. */
  readonly variable: ReadonlyMap<string, Readonly<Record<string, unknown>>>;
}

export async function readChecked(
  { varFile, region: given }: CheckOptions,
  io: Io,
): Promise<Checked | { readonly problems: readonly InputProblem[] }> {
  const region = regionOf(given, io);
  const problems = regionProblems(region);
  if (problems.length > 0) return { problems };
  // Without the date: what has ended is reported by the check, and must not prevent it.
  const read = varFile && (await loadTfvarsPolicy(varFile, { region }));
  if (read && 'problems' in read) return read;
  const models: readonly CheckedModel[] = read
    ? [...read.policy.models.values()]
    : catalogueModels(region);
  const [bedrock, pricing] = [bedrockClient(region), pricingClient()];
  io.status?.('Querying Amazon Bedrock and the AWS Price List …');
  try {
    const asked = { region, now: io.clock.now(), models, isCatalogue: !read };
    const lists = new BedrockModelLists(bedrock);
    const check = await checkModels(lists, new AwsPriceList(pricing), asked);
    return { check, variable: read ? variableOf(read.config) : catalogueVariable(models) };
  } finally {
    io.status?.('');
    bedrock.destroy();
    pricing.destroy();
  }
}

const catalogueModels = (region: string): readonly CheckedModel[] =>
  modelsOfRegion(region)
    .filter(({ row }) => row.status !== 'ended')
    .map(({ model: { modelId, prices } }) => ({ modelId, prices }));

function variableOf(config: Readonly<Record<string, unknown>>): Checked['variable'] {
  const models = ownProperty(config, 'models');
  const entries = Object.entries(typeof models === 'object' && models !== null ? models : {});
  return new Map(entries.map(([alias, model]) => [alias, { ...model }]));
}

/** An alias has no dots and colons. */
const catalogueVariable = (models: readonly CheckedModel[]): Checked['variable'] =>
  new Map(models.map(({ modelId }) => [aliasOf(modelId), { model_id: modelId }]));

export const aliasOf = (modelId: string): string => modelId.replace(/[^a-z0-9-]+/g, '-');
