import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { outdatedPages, referencePages } from '../../../scripts/lib/reference-pages.mjs';

const VARIABLES = `
variable "models" {
  description = <<-EOT
    Models by alias.

    - \`model_id\` - Id of the model.
    - \`price\` - USD per million tokens: \`input\` and \`output\`.
    - \`limits\` - Spending limits:
      - \`window\` - \`day\` or \`month\`.
      - \`amount\`, \`percent\` - Greater than 0.
      - \`mode\` - \`enforce\` or \`observe\`. Default: \`enforce\`.
  EOT
  type = map(object({
    model_id = string # as Bedrock writes it
    price    = optional(object({ input = number, output = number }))
    limits = optional(list(object({
      window  = string
      amount  = number
      percent = number
      mode    = optional(string, "enforce")
    })), [])
  }))
}

variable "organization" {
  description = <<-EOT
    Limits across all cost centers.

    - \`limits\` - As in \`models.*.limits\`, without \`percent\`.
    - \`tags\` - Tags.
    - \`retries\` - Attempts.
  EOT
  type = object({
    limits  = optional(list(object({ window = string, amount = number })), [])
    tags    = optional(map(list(string)), { a = ["b"] })
    retries = optional(number, 3)
  })
  default = {}
}

variable "alias" {
  description = "Alias of a model."
  type        = string
  default     = "nova"
}
`;

describe('the reference of a module', () => {
  let folder: string;
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  const run = async (typesFrom?: string): Promise<string[]> => {
    const { pages, problems } = await referencePages(folder, typesFrom);
    for (const { path, text } of outdatedPages(folder, pages)) write(path, text);
    return problems;
  };
  const outdated = async (): Promise<string[]> =>
    outdatedPages(folder, (await referencePages(folder)).pages).map(({ path }) => path);
  const page = (): string => readFileSync(join(folder, 'docs/reference/inputs.md'), 'utf8');

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'reference-'));
    mkdirSync(join(folder, 'modules'));
    mkdirSync(join(folder, 'examples'));
    write('variables.tf', VARIABLES);
    write('outputs.tf', 'output "arn" {\n  description = "ARN."\n  value = 1\n}\n');
    write(
      'versions.tf',
      'terraform {\n  required_version = ">= 1.9"\n  required_providers {\n    aws = {\n      source = "hashicorp/aws"\n      version = ">= 5.100"\n    }\n  }\n}\n',
    );
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  test('has a bullet for each attribute, with its type and whether it is required', async () => {
    expect(await run()).toEqual([]);
    const text = page();
    expect(text).toContain('Requires Terraform >= 1.9 and the AWS provider >= 5.100.');
    expect(text).toContain('- [`models`](#models) (required)');
    expect(text).toContain('- `model_id` (string, required) - Id of the model.');
    expect(text).toContain('  - `amount`, `percent` (number, required) - Greater than 0.');
    expect(text).toContain('  - `mode` (string, optional) - `enforce` or');
    expect(text).toContain('- `tags` (map of lists of strings, optional) - Tags.');
    expect(text).toContain('- `retries` (number, default `3`) - Attempts.');
    expect(text).toContain('## `alias`\n\nAlias of a model.\n\nString. Default: `nova`.');
  });

  test('begins with the variables of files that have required ones', async () => {
    write('a.tf', 'variable "alpha" {\n  description = "A."\n  type = string\n  default = ""\n}\n');
    await run();
    const names = Array.from(page().matchAll(/^## `(\w+)`/gm), ([, name]) => name);
    expect(names).toEqual(['models', 'organization', 'alias', 'alpha']);
  });

  test('is up to date once it is written, and not after a change', async () => {
    expect(await outdated()).toContain('docs/reference/inputs.md');
    await run();
    expect(await outdated()).toEqual([]);
    write('variables.tf', VARIABLES.replace('Id of the model', 'Id of a model'));
    expect(await outdated()).toEqual(['docs/reference/inputs.md']);
  });

  test.each([
    ['    - `model_id` - Id of the model.\n', 'models.model_id: is not described'],
    ['      - `window` - `day` or `month`.\n', 'models.limits.window: is not described'],
    [': `input` and `output`', 'models.price.input: is not described'],
  ])('reports an attribute without a description: %s', async (missing, problem) => {
    const text = VARIABLES.replace(missing, '');
    expect(text).not.toBe(VARIABLES);
    write('variables.tf', text);
    expect(await run()).toContain(problem);
  });

  test.each([
    ['mode    = optional(string, "enforce")\n', '', 'models.limits.mode: is described, but'],
    ['"enforce")', '"observe")', 'models.limits.mode: its default is "observe"'],
    ['{ window = string, amount = number }', '{ speed = number }', 'organization.limits.speed:'],
    ['"Alias of a model."', '""', 'alias: has no description'],
  ])('reports a description that does not match its type: %s', async (from, to, problem) => {
    const text = VARIABLES.replace(from, to);
    expect(text).not.toBe(VARIABLES);
    write('variables.tf', text);
    expect((await run()).join('\n')).toContain(problem);
  });

  test('takes the types that the root leaves out from the module that has them', async () => {
    write('inner/variables.tf', VARIABLES);
    write(
      'variables.tf',
      'variable "models" {\n  description = "Models."\n  type = any\n}\nvariable "organization" {\n  type = any\n  default = {}\n}\n',
    );
    expect(await run('inner')).toEqual([]);
    expect(page()).toContain('Map of objects. Required.');
    expect(page()).toContain('  - `mode` (string, optional)');
  });

  test('is part of the README of each module, between its marks', async () => {
    write('modules/table/outputs.tf', 'output "name" {\n  description = "Name."\n  value = 1\n}\n');
    write('modules/table/README.md', '# table\n');
    expect(await run()).toEqual([
      'modules/table/README.md: has no <!-- BEGIN_REFERENCE --> and <!-- END_REFERENCE -->',
    ]);
    write(
      'modules/table/README.md',
      '# table\n\n<!-- BEGIN_REFERENCE -->\nold\n<!-- END_REFERENCE -->\n',
    );
    expect(await run()).toEqual([]);
    const readme = readFileSync(join(folder, 'modules/table/README.md'), 'utf8');
    expect(readme).toContain('# table\n\n<!-- BEGIN_REFERENCE -->\n\n## Requirements');
    expect(readme).toContain('- `name` - Name.');
    expect(readme).not.toContain('old');
  });
});
