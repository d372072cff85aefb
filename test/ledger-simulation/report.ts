/** Usage as a model of a plan reports it. */
import type { ReportedUsage } from '../../core/call/model/reported-usage.ts';
import type { Tokens } from './oracle.ts';
import type { ModelAnswer } from './plan.ts';

export function reportOf(
  { report }: ModelAnswer,
  { input, output }: Tokens,
): ReportedUsage | undefined {
  switch (report) {
    case 'complete':
      return { inputTokens: input, outputTokens: output, totalTokens: input + output };
    case 'missing':
      return undefined;
    case 'partial':
      return { outputTokens: output };
    case 'negative':
      return { inputTokens: -input - 1, outputTokens: -output - 1 };
  }
}
