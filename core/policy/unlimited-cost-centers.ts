/** Finds the cost centers that no limit can stop: a warning, which a plan gives too. */
import { joinPath } from '../input-path.ts';
import type { InputProblem } from '../input-problem.ts';
import { asList, toUnvalidated } from '../unvalidated.ts';

/** A warning for each cost center without an enforced limit, unless the organization has one. */
export function unlimitedCostCenters(document: unknown): InputProblem[] {
  const config = toUnvalidated(document);
  if (hasEnforced(toUnvalidated(config.get('organization')).get('limits'))) return [];
  return [...toUnvalidated(config.get('cost_centers'))]
    .filter(([, center]) => !hasEnforced(toUnvalidated(center).get('limits')))
    .map(([name]) => ({
      path: joinPath('cost_centers', name),
      message:
        'has no enforced limit, so nothing stops its spending: add a limit with mode = "enforce" to `limits`',
    }));
}

/** Sessions are the callers' to choose, and a limit of one request adds nothing up. */
const hasEnforced = (limits: unknown): boolean =>
  asList(limits).some((value) => {
    const limit = toUnvalidated(value);
    const adds = limit.get('window') !== 'request' && limit.get('per') !== 'session';
    return adds && limit.get('mode') !== 'observe';
  });
