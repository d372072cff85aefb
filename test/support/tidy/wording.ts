/** The expressions that plain technical English avoids, with what to write, and where a text has one. */

/** One line of a text, with its number from 1. */
export interface Line {
  readonly number: number;
  readonly text: string;
}

/** Lines that belong together: a Markdown paragraph, a list item, a table row, a comment, a string. */
export type Paragraph = readonly Line[];

interface Expression {
  readonly pattern: RegExp;
  readonly instead: string;
}

interface Ratchet extends Expression {
  /** How often all prose of the project may have it. It may only become smaller. */
  readonly most: number;
}

interface Finding {
  readonly line: number;
  readonly says: string;
}

/** Never used. Each pattern was tried against the documentation of other projects. */
const AVOIDED: readonly Expression[] = [
  { pattern: /\bdear(er|est)?\b/gi, instead: 'expensive, higher, highest' },
  { pattern: /\b(un)?told\b/gi, instead: 'published, sent, reported, shown' },
  {
    pattern:
      /\btells (of|by|no|nothing|at most|enough|people)\b|\bis told apart\b|\btell (people|it|which to have|of)\b/gi,
    instead: 'publish, send, report, show',
  },
  {
    pattern: /\b(stands?|standing)\b(?!["-]| (for|in|alone|out)\b)/gi,
    instead: 'is, status, current usage',
  },
  {
    pattern:
      /\bnoted (beside|already)\b|\bnotes? (it )?beside\b|\b(is|are|was) noted as (one|an)\b|\bthat is noted\b/gi,
    instead: 'recorded, pending',
  },
  { pattern: /\bwhoever\b/gi, instead: 'anyone who, the caller, the operator' },
  {
    pattern: /(^|[.;] |: |\| )who ([a-z]+s|was|has) (?!.*\?)/gi,
    instead: 'the caller, the operator, by name',
  },
  {
    pattern: /\b(bears|bore)\b|\bbear (the|a|no|an) (tag|id|mark|name|key)\b/gi,
    instead: 'is tagged, has',
  },
  {
    pattern: /\bnever c[ao]mes? back\b|\bdid not come back\b|\bhas not come back\b/gi,
    instead: 'did not complete, was not settled',
  },
  {
    pattern: /\b(comes?|ends?|do|day|charges?) by (itself|themselves)\b/gi,
    instead: 'scheduled, automatic, expires',
  },
  { pattern: /\bof late\b(?! [a-z]+s\b)/gi, instead: 'recent, recently' },
  {
    pattern: /(?<!there )(?<!here )\b(is|are) none\b/g,
    instead: 'is not one, has none, is ignored',
  },
  {
    pattern:
      /(?<!there )(?<!here )\b(is|are|was) no (time|sandbox|usage|kind|amount|denial|failure|audit|zones?|answer|actions?|URL|alias|limit|call|ISO|trace|error|report)\b/gi,
    instead: 'is not a …',
  },
  { pattern: /\bfor ever\b/gi, instead: 'forever, indefinitely' },
  { pattern: /\banew\b/gi, instead: 'again' },
  { pattern: /\bbeside\b/gi, instead: 'next to, with, compared with' },
  { pattern: /\bfrom (what|which) on\b/gi, instead: 'threshold at which' },
  { pattern: /\bunder way\b/gi, instead: 'in progress, in flight' },
  { pattern: /\bturn(s|ed)? (\w+ ){0,3}away\b/gi, instead: 'reject' },
  { pattern: /\b(be|been) had\b/gi, instead: 'get' },
  { pattern: /\ball the same\b/gi, instead: 'still, anyway' },
  { pattern: /\b(around|past) the sentry\b/gi, instead: 'calls that bypass the sentry' },
  {
    pattern: /\bquarter of an hour\b|\ba (hundredth|tenth)\b|\bsome (tens|hundreds?|millions)\b/gi,
    instead: 'numbers with units: 15 minutes, 1 %, a few hundred',
  },
  {
    pattern:
      /\bask(s|ed|ing)? (Cost Explorer|CloudWatch|Bedrock|AWS)\b|\bask again\b|\bwas asked with\b/gi,
    instead: 'query, run it again',
  },
  {
    pattern:
      /\bwould be passed\b|\blimits? (\w+ )?(is|was|are|may be) (never )?passed\b|\bpass(es|ed)? an? (\w+ )?limit\b|\bwould pass (a|the) limit\b/gi,
    instead: 'exceed, reach',
  },
  { pattern: /\bover everything\b/gi, instead: 'organization-wide' },
  {
    pattern:
      /\bfirst day that is not\b|\(not counted\)|\bnot (counted|reported) any more\b|\buntil before\b/gi,
    instead: 'an inclusive range, or "exclusive"',
  },
  {
    pattern: /\bof (it|them) guessed\b|\b(denied|lost) up to\b/gi,
    instead: 'estimated, denied max, lost max',
  },
  {
    pattern:
      /\b(save by|belongs? into|surely|unasked|as ever|now and then|go(es)? without|went without)\b|\bmakes? nothing\b|\bmakes no (pace|resources?)\b/gi,
    instead: 'except for, belongs in, without being requested, omits, creates no',
  },
  {
    pattern:
      /\b(this|these|that|those) very\b|\bthe very (amount|call|same|id|one)\b|\bwhat of (it|the|what|a|its)\b|\b(is|are|was|were|workflow|something) away\b/gi,
    instead: 'this, the same, the part, unavailable',
  },
  { pattern: /\bbut the one\b|\bsuch a one\b/gi, instead: 'except, name it' },
];

/** Rarely right: their number may not grow. */
const RATCHETS: readonly Ratchet[] = [
  { pattern: /\bg(ive|ives|ave|iven|iving) (\w+ ){0,2}back\b/gi, instead: 'release', most: 0 },
  { pattern: /\b(nobody|somebody|anybody)\b/gi, instead: 'no one, or name them', most: 0 },
  { pattern: /\bof (its|their|his) own\b/gi, instead: 'own, separate, dedicated', most: 0 },
  {
    pattern: /\bwrite (one of|some of|it as|one such)\b/gi,
    instead: 'use one of, must be one of',
    most: 0,
  },
  {
    pattern: /^(What|Who|From what) (?!to )[a-z]+ (?!.*\?)/g,
    instead: 'what the thing is: begin with a noun or a verb',
    most: 1,
  },
];

/** The paragraph as one line, and the number of the line that a position in it came from. */
function joined(paragraph: Paragraph): { text: string; lineAt: (index: number) => number } {
  const text = paragraph.map((line) => line.text).join(' ');
  const lineAt = (index: number): number => {
    let end = 0;
    const line = paragraph.find((one) => {
      end += one.text.length + 1;
      return index < end;
    });
    return line?.number ?? 1;
  };
  return { text, lineAt };
}

function occurrences(
  paragraphs: readonly Paragraph[],
  { pattern, instead }: Expression,
): Finding[] {
  return paragraphs.flatMap((paragraph) => {
    const { text, lineAt } = joined(paragraph);
    return Array.from(text.matchAll(pattern), (match) => ({
      line: lineAt(match.index + match[0].search(/\w/)),
      says: `"${match[0].trim()}": write ${instead}`,
    }));
  });
}

/** Every avoided expression in these paragraphs. */
export const avoidedExpressions = (paragraphs: readonly Paragraph[]): Finding[] =>
  AVOIDED.flatMap((expression) => occurrences(paragraphs, expression));

/** The rare expressions that these paragraphs, all prose of the project, have more often than allowed. */
export const overusedExpressions = (paragraphs: readonly Paragraph[]): string[] =>
  RATCHETS.flatMap(({ most, ...expression }) => {
    const found = occurrences(paragraphs, expression);
    if (found.length <= most) return [];
    return [
      `${expression.pattern.source}: ${found.length} times, at most ${most}: write ${expression.instead}`,
    ];
  });
