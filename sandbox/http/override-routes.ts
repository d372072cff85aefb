/** `/_sandbox/overrides`: does what `cost-sentry limits` does on the table of a deployed stack. */
import type { OperatorLimits } from '../../adapters/operator-limits.ts';
import { parseOverrideRequest } from '../../core/policy/parse-override.ts';
import { overrideReport } from '../../core/policy/plan-override.ts';
import type { ParsedInput } from '../base/parse-input.ts';

/** Checks and stores a change; DELETE is a reset. */
export async function answerOverrideRoute(
  limits: OperatorLimits,
  body: unknown,
  isReset: boolean,
): Promise<ParsedInput<object>> {
  const parsed = parseOverrideRequest(body, isReset ? 'reset' : undefined);
  if ('problems' in parsed) return parsed;
  const plan = await limits.change(parsed.value);
  return 'problems' in plan ? plan : { value: overrideReport(plan.planned) };
}
