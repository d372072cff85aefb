import { describe, expect, test } from '@jest/globals';
import {
  parseReportRequest,
  type ReportFlags,
} from '../../../../../core/insight/report/report-request.ts';

const NOW = Date.parse('2026-11-25T13:00:00Z');
const problemsOf = (flags: ReportFlags) => {
  const found = parseReportRequest(flags, NOW);
  return 'problems' in found
    ? found.problems.map(({ path, message }) => `${path}: ${message}`)
    : [];
};

describe('a report', () => {
  test('is of this month so far, by day and cost center, when nothing is said', () => {
    expect(parseReportRequest({}, NOW)).toEqual({
      request: {
        from: '2026-11-01',
        to: '2026-11-26',
        granularity: 'daily',
        by: 'costCenter',
        filters: [],
      },
    });
  });

  test('that only has an end begins with the month it ends in', () => {
    const found = parseReportRequest({ to: '2026-11-01' }, NOW);
    expect(found).toMatchObject({ request: { from: '2026-10-01', to: '2026-11-01' } });
  });

  test('is narrowed by tags, and by their absence', () => {
    const found = parseReportRequest(
      { filter: ['costCenter=sales, support', 'environment='] },
      NOW,
    );
    expect(found).toMatchObject({
      request: {
        filters: [
          { tag: 'costCenter', values: ['sales', 'support'] },
          { tag: 'environment', values: [''] },
        ],
      },
    });
  });

  test.each<[ReportFlags, string]>([
    [{ from: '2026-02-30' }, 'from: must be a date such as 2026-11-01, got "2026-02-30"'],
    [{ from: '01/11/2026' }, 'from: must be a date such as 2026-11-01, got "01/11/2026"'],
    [{ from: '2026-11-10', to: '2026-11-09' }, 'to: must be after --from (2026-11-10)'],
    [
      { from: '2026-11-10', to: '2026-11-10' },
      'must be after --from (2026-11-10), because it is exclusive',
    ],
    [{ from: '2026-12-01', to: '2026-12-02' }, 'from: 2026-12-01 is in the future'],
    [
      { granularity: 'hourly' },
      'granularity: unknown granularity "hourly": use one of daily, monthly',
    ],
    [
      { by: 'costcenter' },
      'by: unknown key "costcenter": use one of costCenter, applicationId, environment, model, iamPrincipal/<key> (did you mean costCenter?)',
    ],
    [
      { filter: ['sales'] },
      'filter: must be <tag>=<value>,<value>, such as costCenter=sales,support',
    ],
    [
      { filter: ['team=a'] },
      'filter: unknown tag "team": use one of costCenter, applicationId, environment',
    ],
    [{ filter: ['costCenter=a,,b'] }, 'filter: has an empty value'],
    [{ filter: ['costCenter=a', 'costCenter=b'] }, 'filter: costCenter is repeated'],
  ])('%j is refused: %s', (flags, message) => {
    expect(problemsOf(flags)).toEqual([expect.stringContaining(message)]);
  });

  test('is refused for all that is wrong with it at once', () => {
    const flags = { from: 'x', to: 'y', granularity: 'z', by: 'w', filter: ['v'] };
    expect(problemsOf(flags)).toHaveLength(5);
  });
});
