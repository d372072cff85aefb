/**
 * Whether a region offers a model under an id, and until when. Only validation and the plan ask: a
 * policy in force never stops working because time passed or a list changed.
 */

import { formatChoices, quoted } from '../safe-text.ts';
import { DAY_MS, type EpochMs } from '../time.ts';
import { type CatalogueModel, callableIds, isOnDemandIn, rowOf } from './catalogue.ts';
import { isPrefixOf, regionsOf, splitModelId } from './geographies.ts';

interface Availability {
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
}

interface AvailabilityRequest {
  readonly modelId: string;
  readonly region: string;
  readonly now: EpochMs;
  /** Whether the policy sets a price: its author knows about the model. */
  readonly hasOwnPrice: boolean;
}

/** A model that ends within this time is worth a warning. */
const ENDING_MS = 60 * DAY_MS;

export function availabilityOf(request: AvailabilityRequest): Availability {
  const { modelId, region, now, hasOwnPrice } = request;
  const row = rowOf(modelId);
  const place = [placeProblem(modelId, region, row)].flatMap((problem) => problem ?? []);
  // With an own price its author may have throughput that the catalogue does not show.
  const isKnown = hasOwnPrice && splitModelId(modelId).prefix === '';
  const life = row ? lifecycleOf(row, now) : {};
  const ended = life.ended === undefined ? [] : [life.ended];
  return {
    errors: [...(isKnown ? [] : place), ...(hasOwnPrice ? [] : ended)],
    warnings: [
      ...(isKnown ? place : []),
      ...(hasOwnPrice ? ended : []),
      ...(life.ending === undefined ? [] : [life.ending]),
    ],
  };
}

/**
 * Models that a region cannot call: profiles of another geography, and bare ids that only have
 * those.
 */
function placeProblem(
  modelId: string,
  region: string,
  row: CatalogueModel | undefined,
): string | undefined {
  const { prefix, baseModelId } = splitModelId(modelId);
  const others = (row ? callableIds(row, region) : []).filter((id) => id !== modelId);
  if (prefix !== '' && !isPrefixOf(prefix, region)) {
    const where = `${quoted(prefix)} profiles are for ${regionsOf(prefix)}`;
    const fitting = others.filter((id) => isHere(id, region));
    return fitting.length > 0
      ? `${where}: in ${region} write ${formatChoices(fitting)}`
      : `${where}: name another model, as ${region} has no id for this one`;
  }
  if (prefix !== '' || !row || isOnDemandIn(row, region)) return undefined;
  return `${quoted(baseModelId)} has no on-demand throughput in ${region}, it is called through an inference profile: write ${formatChoices(others)}`;
}

function isHere(id: string, region: string): boolean {
  const { prefix } = splitModelId(id);
  return prefix === '' || isPrefixOf(prefix, region);
}

interface Lifecycle {
  readonly ended?: string;
  readonly ending?: string;
}

function lifecycleOf({ modelId, status, endOfLife }: CatalogueModel, now: EpochMs): Lifecycle {
  const end = endOfLife === undefined ? undefined : Date.parse(`${endOfLife}T00:00:00Z`);
  if (status === 'ended' || (end !== undefined && end <= now)) {
    const since = endOfLife === undefined ? '' : ` on ${endOfLife}`;
    const remedy = 'name another model, or add `price` if your account can still call it';
    return { ended: `Amazon Bedrock ended ${quoted(modelId)}${since}: ${remedy}` };
  }
  if (status === 'legacy' || (end !== undefined && end - now <= ENDING_MS)) {
    const until = endOfLife === undefined ? '' : `, it ends on ${endOfLife}`;
    const access = 'new customers cannot call it, and its price may rise';
    return { ending: `Amazon Bedrock calls ${quoted(modelId)} legacy${until}: ${access}` };
  }
  if (status !== 'unlisted') return {};
  return { ending: `no current list has ${quoted(modelId)}: check that it still runs` };
}
