/**
 * Goal: every configuration of test/fixtures/valid is accepted. Terraform plans the same table, so
 * that the two can't drift.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { loadTfvarsPolicy } from '../../../../adapters/tfvars-policy.ts';

const FOLDER = 'test/fixtures/valid';
const files = readdirSync(FOLDER).filter((name) => name.endsWith('.tfvars'));
const plannedAt = Date.parse('2026-11-29T12:00:00Z');

const load = (name: string) =>
  loadTfvarsPolicy([join(FOLDER, name)], { plannedAt, region: 'us-east-1' });

describe('the table of valid configurations', () => {
  test('is there', () => {
    expect(files.length).toBeGreaterThan(20);
  });

  test.each(files)('%s is accepted', async (name) => {
    const result = await load(name);
    expect('problems' in result ? result.problems : []).toEqual([]);
  });

  test('has amounts that are written as arithmetic', async () => {
    const result = await load('arithmetic.tfvars');
    if ('problems' in result) throw new Error('there are problems');
    const limits = result.policy.costCenters.get('sales')?.limits ?? [];
    const amounts = limits.map(({ unit, amount }) => (unit === 'usd' ? amount / 1e9 : amount));
    expect(amounts).toEqual([10_000, 375, 59_999, 25]);
  });
});
