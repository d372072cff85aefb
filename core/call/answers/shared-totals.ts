/**
 * Answers for callers that are bound to cost centers: without the totals of limits that count other
 * cost centers too. Those of a model or the organization would show what everyone has spent.
 */
import { perWindow } from '../../policy/limit-text.ts';
import type { Answer, ProblemDetails } from './answers.ts';
import { isProblem } from './answers.ts';

export function withoutSharedTotals(answer: Answer): Answer {
  if (isProblem(answer)) return withoutTotalsOfLimit(answer);
  return { ...answer, limits: answer.limits.filter(({ owner }) => !isShared(owner)) };
}

/** The denial still names the limit, what the call needed, and when the limit resets. */
function withoutTotalsOfLimit(problem: ProblemDetails): ProblemDetails {
  const { limit } = problem;
  if (!limit || !isShared(limit.owner)) return problem;
  const { used: _, reserved: __, usd, ...rest } = limit;
  const whose = limit.owner === 'organization' ? 'the organization' : limit.owner;
  return {
    ...problem,
    detail: `The limit ${limit.name} of ${whose} (${perWindow(limit.window)}) would be exceeded.`,
    limit: { ...rest, ...(usd && { usd: withoutUse(usd) }) },
  };
}

const withoutUse = (usd: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(usd).filter(([name]) => name !== 'used' && name !== 'reserved'),
  );

const isShared = (owner: string): boolean => owner === 'organization' || owner.startsWith('model#');
