/** Method: states of a limit to the headers by which clients see how much of it is left. */
import { expect, test } from '@jest/globals';
import type { Answer } from '../../../../core/call/answers/answers.ts';
import { unifiedLimitHeaders } from '../../../../core/protocols/http/answer-headers.ts';
import { limit } from '../../../support/denied-limit.ts';

const answered = (used: number, resetsAt: string | null = '2026-12-01T00:00:00Z') => {
  const nearest = { ...limit, used, reserved: 0, resetsAt };
  const answer = { outcome: 'succeeded', limits: [{ ...nearest, used: 1 }, nearest] };
  return unifiedLimitHeaders({ answer: answer as unknown as Answer });
};
const PREFIX = 'anthropic-ratelimit-unified-';

test.each([
  [50, 'allowed', undefined],
  [76, 'allowed_warning', '0.75'],
  [96, 'allowed_warning', '0.95'],
])('%i percent of the nearest limit is %s for Claude Code', (used, status, surpassed) => {
  expect(answered(used)).toEqual({
    [`${PREFIX}status`]: status,
    [`${PREFIX}reset`]: '1796083200',
    [`${PREFIX}representative-claim`]: 'overage',
    [`${PREFIX}overage-status`]: status,
    [`${PREFIX}overage-reset`]: '1796083200',
    [`${PREFIX}overage-utilization`]: (used / 100).toFixed(4),
    ...(surpassed && { [`${PREFIX}overage-surpassed-threshold`]: surpassed }),
  });
});

test('a limit that never resets has no time', () => {
  expect(answered(50, null)).not.toHaveProperty(`${PREFIX}reset`);
});

test('nothing is said where nothing is known', () => expect(unifiedLimitHeaders({})).toEqual({}));
