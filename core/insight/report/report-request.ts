/** Checks the flags of a report and turns them into a request. */

import type { InputProblem } from '../../input-problem.ts';
import { closestMatch, formatChoices, quoted } from '../../safe-text.ts';
import { type EpochMs, isIsoDate } from '../../time.ts';
import { dayAfter, dayAt, dayProblems } from '../../utc-days.ts';
import { GRANULARITIES, type Granularity } from '../billing/ports.ts';
import { REPORT_TAGS, type ReportTag } from '../billing/tag-names.ts';

const FIXED_BREAKDOWNS = [...REPORT_TAGS, 'model'] as const;

/**
 * A tag of the role or user that called Bedrock, by its key in the bill:
 * https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/iam-principal-cost-allocation.html.
 */
type PrincipalTag = `iamPrincipal/${string}`;
const PRINCIPAL_TAG = /^iamPrincipal\/[a-zA-Z0-9 _.:/=+@-]{1,128}$/;

/** As help and messages show them. */
export const BREAKDOWNS = [...FIXED_BREAKDOWNS, 'iamPrincipal/<key>'] as const;
export type Breakdown = (typeof FIXED_BREAKDOWNS)[number] | PrincipalTag;

interface TagFilter {
  readonly tag: ReportTag | PrincipalTag;
  /** `''` stands for untagged costs. */
  readonly values: readonly [string, ...string[]];
}

export interface ReportRequest {
  /** First day, as `2026-11-01`, in UTC. */
  readonly from: string;
  /** Exclusive end day. */
  readonly to: string;
  readonly granularity: Granularity;
  readonly by: Breakdown;
  readonly filters: readonly TagFilter[];
}

/** Flags as typed; undefined means the default. */
export interface ReportFlags {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly granularity?: string | undefined;
  readonly by?: string | undefined;
  readonly filter?: readonly string[] | undefined;
}

/** Reads the flags and returns all their problems together. Default: this month. */
export function parseReportRequest(
  flags: ReportFlags,
  now: EpochMs,
): { readonly request: ReportRequest } | { readonly problems: readonly InputProblem[] } {
  const problems: InputProblem[] = [];
  const today = dayAt(now);
  const { to = dayAfter(today), from = monthOf(flags.to, today) } = flags;
  const ofDays = [...dayProblems('to', to), ...dayProblems('from', from)];
  problems.push(...ofDays);
  const granularity = oneIn(
    ['granularity', 'granularity'],
    flags.granularity ?? 'daily',
    GRANULARITIES,
    problems,
  );
  const by = tagOrOneOf(['by', 'key'], flags.by ?? 'costCenter', FIXED_BREAKDOWNS, problems);
  const filters = (flags.filter ?? []).flatMap((text) => filterIn(text, problems));
  const doubled = filters.find(({ tag }, i) => filters.findIndex((f) => f.tag === tag) < i);
  if (doubled !== undefined) {
    const message = `${doubled.tag} is repeated: combine its values, as ${doubled.tag}=sales,support`;
    problems.push({ path: 'filter', message });
  }
  if (ofDays.length === 0) problems.push(...rangeProblems(from, to, today));
  if (problems.length > 0 || !granularity || !by) return { problems };
  return { request: { from, to, granularity, by, filters } };
}

/** The first day of the report's last month. */
function monthOf(to: string | undefined, today: string): string {
  const last = to !== undefined && isIsoDate(to) ? dayAfter(to, -1) : today;
  return `${last.slice(0, 7)}-01`;
}

function rangeProblems(from: string, to: string, today: string): InputProblem[] {
  if (from >= to) {
    const message = `must be after --from (${from}), because it is exclusive, got ${quoted(to)}`;
    return [{ path: 'to', message }];
  }
  if (from <= today) return [];
  return [{ path: 'from', message: `${from} is in the future (today is ${today} in UTC)` }];
}

function oneIn<T extends string>(
  [path, noun]: readonly [path: string, noun: string],
  text: string,
  allowed: readonly T[],
  problems: InputProblem[],
): T | undefined {
  const found = allowed.find((each) => each === text);
  if (found === undefined) {
    problems.push({ path, message: `unknown ${noun} ${quoted(text)}${meant(text, allowed)}` });
  }
  return found;
}

const isPrincipalTag = (text: string): text is PrincipalTag => PRINCIPAL_TAG.test(text);

/** One of the allowed, or a tag of IAM principals. */
function tagOrOneOf<T extends string>(
  what: readonly [path: string, noun: string],
  text: string,
  allowed: readonly T[],
  problems: InputProblem[],
): T | PrincipalTag | undefined {
  return isPrincipalTag(text) ? text : oneIn(what, text, allowed, problems);
}

function meant(text: string, allowed: readonly string[]): string {
  const near = closestMatch(text, allowed);
  const choices = allowed.includes('costCenter') ? [...allowed, 'iamPrincipal/<key>'] : allowed;
  return `: use one of ${formatChoices(choices)}${near === undefined ? '' : ` (did you mean ${near}?)`}`;
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
  const tag = tagOrOneOf(['filter', 'tag'], name, REPORT_TAGS, problems);
  const [first = '', ...others] = list.split(',').map((value) => value.trim());
  const hasEmpty = others.length > 0 && [first, ...others].includes('');
  if (hasEmpty || list.length > VALUE_MAX) {
    const message = hasEmpty
      ? `has an empty value in ${quoted(text)}: use ${name}= alone for untagged costs`
      : `${quoted(text)} is too long: use at most ${VALUE_MAX} characters`;
    problems.push({ path: 'filter', message });
  }
  return tag === undefined ? [] : [{ tag, values: [first, ...others] }];
}
