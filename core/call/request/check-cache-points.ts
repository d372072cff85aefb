/** Checks the place, order and number of a request's cache points, for any model. */
import type { InputProblem } from '../../input-problem.ts';
import type { RequestBlock } from './content-block.schema.ts';
import type { ToolConfig } from './tool-config.schema.ts';
import type { Turn } from './turns.ts';

/** https://docs.aws.amazon.com/bedrock/latest/userguide/prompt-caching.html, 2026-11. */
const CACHE_POINTS_MAX = 4;

type Ttl = '5m' | '1h';

/** One cache point and its place in the request. */
interface PlacedCachePoint {
  readonly path: string;
  readonly ttl: Ttl;
  /** Whether nothing comes before it in its list. */
  readonly isFirst: boolean;
}

type MaybeCachePoint = Pick<RequestBlock, 'cachePoint'>;

export function cachePointProblems(
  system: readonly MaybeCachePoint[],
  turns: readonly Turn[],
  toolConfig: ToolConfig | undefined,
): readonly InputProblem[] {
  // Bedrock reads tools, then the system messages, then the conversation.
  const points = [
    ...cachePointsIn(toolConfig?.tools ?? [], (index) => `$.prompt.toolConfig.tools[${index}]`),
    ...cachePointsIn(system, () => '$.prompt.messages (system)'),
    ...turns.flatMap(({ content, at }) =>
      cachePointsIn(content, () => `$.prompt.messages[${at}].content`),
    ),
  ];
  return [...countProblems(points), ...points.flatMap(placeProblems), ...orderProblems(points)];
}

const cachePointsIn = (
  blocks: readonly MaybeCachePoint[],
  pathOf: (index: number) => string,
): readonly PlacedCachePoint[] =>
  blocks.flatMap(({ cachePoint }, index) =>
    cachePoint ? [{ path: pathOf(index), ttl: cachePoint.ttl ?? '5m', isFirst: index === 0 }] : [],
  );

function countProblems({ length }: readonly PlacedCachePoint[]): readonly InputProblem[] {
  if (length <= CACHE_POINTS_MAX) return [];
  const message = `contains ${length} cachePoints; the maximum is ${CACHE_POINTS_MAX}: leave some out`;
  return [{ path: '$.prompt', message }];
}

const placeProblems = ({ path, isFirst }: PlacedCachePoint): readonly InputProblem[] =>
  isFirst ? [{ path, message: 'begins with a cachePoint: put it after what is to be cached' }] : [];

/** Seen on Bedrock: https://github.com/strands-agents/harness-sdk/issues/3758, 2026-08. */
function orderProblems(points: readonly PlacedCachePoint[]): readonly InputProblem[] {
  const firstShort = points.findIndex(({ ttl }) => ttl === '5m');
  if (firstShort < 0) return [];
  return points
    .slice(firstShort)
    .filter(({ ttl }) => ttl === '1h')
    .map(({ path }) => ({
      path,
      message:
        'has a cachePoint of 1h after one of 5m (order: tools, system, messages): give the earlier ones 1h too',
    }));
}
