/** The pages with generated reference: docs/reference for the root, the README of each module and example. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  inputIndex,
  inputSections,
  outputBullets,
  referenceProblems,
  requirementsLine,
} from './terraform-reference.mjs';
import { modulesOf } from './terraform-results.mjs';
import { readModule } from './terraform-variables.mjs';

/** The module with the types of the variables that the root leaves untyped. */
const TYPES = 'modules/configuration';

const BEGIN = '<!-- BEGIN_REFERENCE -->';
const END = '<!-- END_REFERENCE -->';
const NOTICE = '<!-- Generated from the *.tf files by npm run docs:reference -->';

const inputsPage = (module) =>
  [
    '# Input variables',
    NOTICE,
    `${requirementsLine(module)} A [commented example](../configuration.md) shows the variables together.`,
    inputIndex(module),
    inputSections(module, '##'),
  ].join('\n\n');

const outputsPage = (module) => ['# Outputs', NOTICE, outputBullets(module)].join('\n\n');

function readmeBlock(module) {
  const parts = [
    ['## Requirements', requirementsLine(module)],
    module.variables.length > 0 ? ['## Inputs', inputSections(module, '###')] : [],
    module.outputs.length > 0 ? ['## Outputs', outputBullets(module)] : [],
  ];
  return [BEGIN, ...parts.flat(), END].join('\n\n');
}

/** The text with what is between the marks replaced; undefined where it has no marks. */
function withBlock(text, block) {
  const [before, rest] = text.split(BEGIN);
  const after = rest?.split(END)[1];
  return after === undefined ? undefined : `${before}${block}${after.trimEnd()}\n`;
}

async function readmePage(root, folder) {
  const module = await readModule(join(root, folder));
  const path = `${folder}/README.md`;
  const current = existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : '';
  const text = withBlock(current, readmeBlock(module));
  const problems = referenceProblems(module).map((problem) => `${folder}: ${problem}`);
  if (text === undefined) problems.push(`${path}: has no ${BEGIN} and ${END}`);
  return { pages: [{ path, text: text ?? current }], problems };
}

/**
 * @param {string} root
 * @param {string} [typesFrom] folder with the types of the root's variables, from the root.
 * @returns the pages as they must be, and what is wrong with the descriptions.
 */
export async function referencePages(root, typesFrom = TYPES) {
  const inner = join(root, typesFrom);
  const module = await readModule(root, existsSync(inner) ? inner : undefined);
  const others = [];
  for (const folder of modulesOf(root).filter((one) => one !== '.'))
    others.push(await readmePage(root, folder));
  return {
    pages: [
      { path: 'docs/reference/inputs.md', text: `${inputsPage(module)}\n` },
      { path: 'docs/reference/outputs.md', text: `${outputsPage(module)}\n` },
      ...others.flatMap(({ pages }) => pages),
    ],
    problems: [...referenceProblems(module), ...others.flatMap(({ problems }) => problems)],
  };
}

/** The pages whose text in the project is another one. */
export const outdatedPages = (root, pages) =>
  pages.filter(({ path, text }) => {
    const file = join(root, path);
    return !existsSync(file) || readFileSync(file, 'utf8') !== text;
  });
