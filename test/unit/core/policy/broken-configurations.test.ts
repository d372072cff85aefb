/**
 * Goal: every configuration of test/fixtures/broken is refused, at the path and with the words its
 * header names. Terraform runs the same table, so that the two can't drift.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { loadTfvarsPolicy } from '../../../../adapters/tfvars-policy.ts';
import type { InputProblem } from '../../../../core/input-problem.ts';

const FOLDER = 'test/fixtures/broken';

const fold = (text: string): string => text.replace(/\s+/g, ' ');

function headers(file: string, name: string): string[] {
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.flatMap((line) => {
    const found = new RegExp(`^# ${name}: (.+)$`).exec(line);
    return found?.[1] === undefined ? [] : [found[1].trim()];
  });
}

async function problemsOf(file: string): Promise<readonly InputProblem[]> {
  const [region = 'us-east-1'] = headers(file, 'region');
  const plannedAt = Date.parse('2026-11-29T12:00:00Z');
  const result = await loadTfvarsPolicy([file], { plannedAt, region });
  return 'problems' in result ? result.problems : [];
}

const files = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.tfvars'))
  .map((name) => join(FOLDER, name));

describe('the table of broken configurations', () => {
  test('is there', () => {
    expect(files.length).toBeGreaterThan(50);
  });

  test('has every path that a validation of modules/configuration names', () => {
    const folder = 'modules/configuration';
    const rules = readdirSync(folder)
      .filter((name) => name.startsWith('variables-'))
      .flatMap((name) =>
        readFileSync(join(folder, name), 'utf8')
          .split(/^ {2}validation \{/m)
          .slice(1),
      );
    const paths = files.flatMap((file) => headers(file, 'path'));
    const untried = rules.flatMap((rule) => {
      const [, path] = /error_message[^\n]*?"([\w.]+(?:\$\{\w+\}|[\w.[\]])*): /.exec(rule) ?? [];
      if (path === undefined) return [rule];
      const pattern = path.replace(/[.[\]]/g, '\\$&').replace(/\$\{\w+\}/g, '[^.]+');
      return paths.some((tried) => new RegExp(`^${pattern}$`).test(tried)) ? [] : [path];
    });
    expect(rules.length).toBeGreaterThan(10);
    expect(untried).toEqual([]);
  });

  for (const file of files) {
    if (headers(file, 'only').some((only) => only.startsWith('terraform'))) continue;
    test(`${file} is refused as its header says`, async () => {
      const [path] = headers(file, 'path');
      const says = headers(file, 'says');
      expect(path).toBeDefined();
      expect(says).not.toHaveLength(0);
      const problems = await problemsOf(file);
      const found = problems.filter((problem) => problem.path === path);
      const text = fold(found.map(({ message }) => message).join('\n'));
      if (found.length === 0) expect(problems).toEqual([expect.objectContaining({ path })]);
      for (const phrase of says) expect(text).toContain(fold(phrase));
    });
  }
});
