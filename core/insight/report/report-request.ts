/** What a report is asked for, checked. */

import type { InputProblem } from '../../input-problem.ts';
import { closestMatch, formatChoices, quoted } from '../../safe-text.ts';
import { type EpochMs, isIsoDate } from '../../time.ts';
import { dayAfter, dayAt, dayProblems } from '../../utc-days.ts';
import { GRANULARITIES, type Granularity } from '../billing/ports.ts';

/** Tags of the module's inference profiles, as `modules/inference-profiles` sets them. */
const REPORT_TAGS = ['costCenter', 'applicationId', 'environment'] as const;
type ReportTag = (typeof REPORT_TAGS)[number];

export const BREAKDOWNS = [...REPORT_TAGS, 'model'] as const;
export type Breakdown = (typeof BREAKDOWNS)[number];

interface TagFilter {
  readonly tag: ReportTag;
  /** `''` stands for costs that don't carry the tag. */
  readonly values: readonly [string, ...string[]];
}

export interface ReportRequest {
  /** First day, as `2026-11-01`, in UTC. */
  readonly from: string;
  /** The first day that is not reported. */
  readonly to: string;
  readonly granularity: Granularity;
  readonly by: Breakdown;
  readonly filters: readonly TagFilter[];
}

/** As typed; what is undefined takes its default. */
export interface ReportFlags {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly granularity?: string | undefined;
  readonly by?: string | undefined;
  readonly filter?: readonly string[] | undefined;
}

/** Reads the flags; all that is wrong with them comes at once. Default: this month until now. */
export function parseReportRequest(
  flags: ReportFlags,
  now: EpochMs,
): { readonly request: ReportRequest } | { readonly problems: readonly InputProblem[] } {
  const problems: InputProblem[] = [];
  const today = dayAt(now);
  const { to = dayAfter(today), from = monthOf(flags.to, today) } = flags;
  const ofDays = [...dayProblems('to', to), ...dayProblems('from', from)];
  problems.push(...ofDays);
  const granularity = oneIn('granularity', flags.granularity ?? 'daily', GRANULARITIES, problems);
  const by = oneIn('by', flags.by ?? 'costCenter', BREAKDOWNS, problems);
  const filters = (flags.filter ?? []).flatMap((text) => filterIn(text, problems));
  const doubled = filters.find(({ tag }, i) => filters.findIndex((f) => f.tag === tag) < i);
  if (doubled !== undefined) {
    const message = `${doubled.tag} is given twice: write its values in one, as ${doubled.tag}=sales,support`;
    problems.push({ path: 'filter', message });
  }
  if (ofDays.length === 0) problems.push(...rangeProblems(from, to, today));
  if (problems.length > 0 || !granularity || !by) return { problems };
  return { request: { from, to, granularity, by, filters } };
}

/** The first of the month that ends the report. */
function monthOf(to: string | undefined, today: string): string {
  const last = to !== undefined && isIsoDate(to) ? dayAfter(to, -1) : today;
  return `${last.slice(0, 7)}-01`;
}

function rangeProblems(from: string, to: string, today: string): InputProblem[] {
  if (from >= to) {
    const message = `must be after the first day (${from}): it is the first day that is not reported, got ${quoted(to)}`;
    return [{ path: 'to', message }];
  }
  if (from <= today) return [];
  return [{ path: 'from', message: `${from} is yet to come (today is ${today}, in UTC)` }];
}

function oneIn<T extends string>(
  path: string,
  text: string,
  allowed: readonly T[],
  problems: InputProblem[],
): T | undefined {
  const found = allowed.find((each) => each === text);
  if (found === undefined) {
    problems.push({ path, message: `${quoted(text)} is unknown${meant(text, allowed)}` });
  }
  return found;
}

function meant(text: string, allowed: readonly string[]): string {
  const near = closestMatch(text, allowed);
  return `: write one of ${formatChoices(allowed)}${near === undefined ? '' : ` (did you mean ${near}?)`}`;
}

const FILTER = /^([^=]*)=(.*)$/;
/** https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_TagValues.html, 2026-11. */
const VALUE_MAX = 1024;

function filterIn(text: string, problems: InputProblem[]): TagFilter[] {
  const [, name, list] = FILTER.exec(text) ?? [];
  if (name === undefined || list === undefined) {
    const message = `must be <tag>=<value>,<value>, such as costCenter=sales,support, got ${quoted(text)}`;
    problems.push({ path: 'filter', message });
    return [];
  }
  const tag = oneIn('filter', name, REPORT_TAGS, problems);
  const [first = '', ...others] = list.split(',').map((value) => value.trim());
  const hasEmpty = others.length > 0 && [first, ...others].includes('');
  if (hasEmpty || list.length > VALUE_MAX) {
    const message = hasEmpty
      ? `has an empty value in ${quoted(text)}: write ${name}= alone for costs without the tag`
      : `${quoted(text)} is too long: write at most ${VALUE_MAX} characters`;
    problems.push({ path: 'filter', message });
  }
  return tag === undefined ? [] : [{ tag, values: [first, ...others] }];
}
