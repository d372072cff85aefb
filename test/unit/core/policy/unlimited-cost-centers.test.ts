/** Goal: a cost center that nothing stops gets a warning, and no other one does. */
import { describe, expect, test } from '@jest/globals';
import { unlimitedCostCenters } from '../../../../core/policy/unlimited-cost-centers.ts';

const enforced = { window: 'month', unit: 'usd', amount: 5 };
const observed = { ...enforced, mode: 'observe' };

const pathsOf = (document: unknown): string[] =>
  unlimitedCostCenters(document).map(({ path }) => path);

describe('unlimitedCostCenters', () => {
  test('names those without limits, and those whose limits only observe', () => {
    const document = {
      cost_centers: {
        sales: { limits: [observed, enforced] },
        legal: { limits: [observed] },
        research: {},
      },
    };
    expect(pathsOf(document)).toEqual(['cost_centers.legal', 'cost_centers.research']);
    expect(pathsOf({ ...document, organization: { limits: [observed] } })).toHaveLength(2);
  });

  test('names none where an enforced limit of the organization stops all', () => {
    const document = { cost_centers: { research: {} }, organization: { limits: [enforced] } };
    expect(pathsOf(document)).toEqual([]);
  });
});
