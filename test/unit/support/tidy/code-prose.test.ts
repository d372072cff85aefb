import { describe, expect, test } from '@jest/globals';
import { hclParagraphs, scriptParagraphs } from '../../../support/tidy/code-prose.ts';
import { plainWording } from '../../../support/tidy/prose.ts';
import { avoidedExpressions, type Paragraph } from '../../../support/tidy/wording.ts';

const texts = (paragraphs: readonly Paragraph[]): string[] =>
  paragraphs.map((lines) => lines.map(({ text }) => text).join(' '));
const lines = (paragraphs: readonly Paragraph[]): number[] =>
  avoidedExpressions(paragraphs).map(({ line }) => line);

describe('prose of TypeScript', () => {
  test('joins the lines of a comment, and of comments on adjacent lines', () => {
    const block = '/**\n * The call is under\n * way.\n */\nconst a = 1;';
    expect(texts(scriptParagraphs(block))).toEqual(['The call is under way.']);
    expect(lines(scriptParagraphs(block))).toEqual([2]);
    expect(lines(scriptParagraphs('const a = 1; // It is under\n// way.'))).toEqual([1]);
  });

  test('separates comments with code or an empty line between them', () => {
    expect(lines(scriptParagraphs('// It is under\nf();\n// way.'))).toEqual([]);
    expect(lines(scriptParagraphs('// It is under\n\n// way.'))).toEqual([]);
    expect(lines(scriptParagraphs('/**\n * It is under\n *\n * way.\n */'))).toEqual([]);
  });

  test('joins a string over its parts, with values in between', () => {
    expect(texts(scriptParagraphs("f('It is un' +\n  'der way.')"))).toEqual(['It is under way.']);
    expect(texts(scriptParagraphs(`f(\`of \${a.b(1)} it\` + ' is told')`))).toEqual([
      'of … it is told',
    ]);
    expect(texts(scriptParagraphs("f('under', 'way')"))).toEqual(['under', 'way']);
  });

  test('ends a paragraph of a string at an empty line, and names the line of the finding', () => {
    expect(lines(scriptParagraphs('f(`Usage\n\nIt is under\nway.`)'))).toEqual([3]);
    expect(lines(scriptParagraphs("f('It is under\\n\\nway.')"))).toEqual([]);
  });

  test('reads neither code nor regular expressions', () => {
    expect(texts(scriptParagraphs('const told = /told/.test(beside);'))).toEqual([]);
  });
});

describe('prose of Terraform', () => {
  test('joins comments on adjacent lines', () => {
    expect(lines(hclParagraphs('# It is under\n# way.\na = 1'))).toEqual([1]);
    expect(lines(hclParagraphs('a = 1 // It is under\nb = 2 // way.'))).toEqual([]);
  });

  test('reads strings with templates in them, and heredocs by paragraph', () => {
    const reference = `\${var.x["told"]}`;
    expect(texts(hclParagraphs(`a = "of ${reference} it"`))).toEqual([`of ${reference} it`]);
    const heredoc = 'description = <<-EOT\n  It is under\n  way.\n\n  - told\nEOT\n';
    expect(lines(hclParagraphs(heredoc)).sort()).toEqual([2, 5]);
  });
});

test.each([
  ['cli/main.ts', '// It is\n// told.'],
  ['cli/main.ts', "const text = 'It is ' + 'told.';"],
])('the rule finds an expression in %s', (path, text) => {
  expect(plainWording([{ path, text }])).toContainEqual({
    path,
    line: text.startsWith('//') ? 2 : 1,
    says: '"told": write published, sent, reported, shown',
  });
});
