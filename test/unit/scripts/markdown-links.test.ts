import { describe, expect, test } from '@jest/globals';
import { deadLinks } from '../../../scripts/lib/markdown-links.mjs';

const OTHER = {
  path: 'docs/other.md',
  text: '# The `other` page\n\n## Twice\n\n## Twice\n\n```sh\n# no heading\n```\n<a id="own"></a>\n',
};
const PATHS = [
  'README.md',
  'docs/page.md',
  OTHER.path,
  'docs/picture.png',
  'examples/basic/main.tf',
];

const dead = (text: string): string[] =>
  deadLinks([{ path: 'docs/page.md', text }, OTHER], PATHS).map(
    ({ line, says }) => `${line}: ${says}`,
  );

describe('links in Markdown', () => {
  test.each([
    'See [other](other.md), [the same](./other.md) and [up](../README.md).',
    '![A picture](picture.png) in [a folder](../examples/basic) or [its parent](../examples/).',
    '[Heading](other.md#the-other-page), [again](other.md#twice-1), [own](other.md#own).',
    '# Here\n\n[Here](#here), [the web](https://example.com/x.md), [mail](mailto:a@example.com).',
    '[text][ref]\n\n[ref]: other.md "Title"',
    '`[no link](nowhere.md)`\n\n```md\n[no link](nowhere.md)\n```\n<!-- [no link](nowhere.md) -->',
  ])('that lead somewhere: %s', (text) => {
    expect(dead(text)).toEqual([]);
  });

  test.each([
    ['[gone](gone.md)', '1: gone.md: there is no such file'],
    ['text\n\n[over\ntwo lines](gone.md)', '4: gone.md: there is no such file'],
    ['[case](Other.md)', '1: Other.md: there is no such file'],
    ['![gone](gone.png)', '1: gone.png: there is no such file'],
    ['[outside](../../README.md)', '1: ../../README.md: there is no such file'],
    ['[rooted](/README.md)', '1: /README.md: there is no such file'],
    ['[anchor](other.md#no-heading)', '1: other.md#no-heading: there is no such heading'],
    ['[twice](other.md#twice-2)', '1: other.md#twice-2: there is no such heading'],
    ['[here](#here)', '1: #here: there is no such heading'],
    [
      '[code](../examples/basic/main.tf#L1)',
      '1: ../examples/basic/main.tf#L1: there is no such heading',
    ],
    ['[text][ref]\n\n[ref]: gone.md', '3: gone.md: there is no such file'],
    ['<img src="gone.svg">', '1: gone.svg: there is no such file'],
  ])('that lead nowhere: %s', (text, problem) => {
    expect(dead(text)).toEqual([problem]);
  });
});
