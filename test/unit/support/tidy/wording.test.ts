import { describe, expect, test } from '@jest/globals';
import { markdownParagraphs } from '../../../support/tidy/markdown.ts';
import { plainWording, rareWording } from '../../../support/tidy/prose.ts';
import { avoidedExpressions, overusedExpressions } from '../../../support/tidy/wording.ts';

const findings = (text: string): string[] =>
  avoidedExpressions(markdownParagraphs(text)).map(({ line, says }) => `${line}: ${says}`);

/** One sentence that breaks each expression, in the order of the expressions. */
const BROKEN = [
  'The dearest model is reserved first.',
  'The owner is told by the sweep.',
  'An alert tells of the limit.',
  'Where each limit stands is shown by `usage`.',
  'The threshold was noted beside the counter.',
  'Whoever can write the item can raise the limit.',
  'The audit log has the reason. Who calls the function may read it.',
  'The profile bears the tag.',
  'The call never came back.',
  'The override ends by itself.',
  'The rate is of late too high.',
  'Differences below a cent are none.',
  'Zero is no amount.',
  'Files are kept for ever.',
  'The window begins anew.',
  'The note is beside the counter.',
  'It is the percentage from which on an alarm fires.',
  'A call is under way.',
  'The gateway turns the call away.',
  'The reason can be had as JSON.',
  'The call is charged all the same.',
  'It lists the calls around the sentry.',
  'It takes a quarter of an hour.',
  'The report asks Cost Explorer for the bill.',
  'The limit would be passed by this call.',
  'Limits over everything come last.',
  'The report covers all days until before the 26th.',
  'The column is what it denied up to now.',
  'Some models cache unasked.',
  'The write of this very call is retried.',
  'No model but the one named is called.',
];

/** Sentences that come close to one and are fine. */
const FINE = [
  'A `*` stands for any characters.',
  'The standing-order service is alone.',
  'Who pays for a call?',
  'If there are none, the list is empty.',
  'Alerts of late calls are sent.',
  'There is no limit for this model.',
  'The API gives a reason, and the caller retries with the same key.',
];

describe('the expressions that are avoided', () => {
  test.each(BROKEN)('%s', (sentence) => {
    expect(findings(sentence)).not.toEqual([]);
  });

  test('each has a sentence that breaks it', () => {
    const found = BROKEN.flatMap(findings).map((says) => says.replace(/^.*: write /, ''));
    expect(new Set(found).size).toBeGreaterThanOrEqual(BROKEN.length);
  });

  test.each(FINE)('%s', (sentence) => {
    expect(findings(sentence)).toEqual([]);
  });
});

describe('prose of Markdown', () => {
  test('joins the lines of a paragraph and names the line where the expression begins', () => {
    expect(findings('# Title\n\nThe call is under\nway.')).toEqual([
      '3: "under way": write in progress, in flight',
    ]);
  });

  test('joins the lines of a list item, not those of two items', () => {
    expect(findings('- The call is under\n  way.')).toHaveLength(1);
    expect(findings('- What is under\n- way.')).toEqual([]);
  });

  test('reads tables and blocks marked text, and passes over other code', () => {
    expect(findings('| who | what |\n| --- | --- |\n| sales | is told |')).toHaveLength(1);
    expect(findings('```text\nREACHED  is told\n```')).toHaveLength(1);
    expect(findings('```json\n{"a": "is told"}\n```\n\n    is told')).toEqual([]);
  });

  test('goes on after a block of code', () => {
    expect(findings('Text:\n\n```sh\ntold\n```\nIt is told.')).toEqual([
      '6: "told": write published, sent, reported, shown',
    ]);
  });
});

test('a rare expression is found where it is used more often than allowed', () => {
  expect(overusedExpressions(markdownParagraphs('It gives the amount back.'))[0]).toContain(
    'write release',
  );
});

test('the rules find an expression in a file that is clean', () => {
  const path = 'docs/page.md';
  expect(plainWording([{ path, text: 'It is\ntold.' }])).toContainEqual({
    path,
    line: 2,
    says: '"told": write published, sent, reported, shown',
  });
  expect(rareWording([{ path, text: 'It has a role of its own.' }])).toHaveLength(1);
});
