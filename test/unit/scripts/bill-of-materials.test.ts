import { describe, expect, test } from '@jest/globals';
import { type Bill, bundledBill } from '../../../scripts/lib/bill-of-materials.mjs';

const DEVELOPMENT = { name: 'cdx:npm:package:development', value: 'true' };

const component = (ref: string, ...more: readonly (typeof DEVELOPMENT)[]) => ({
  'bom-ref': ref,
  name: ref.split('@')[0] ?? '',
  scope: 'optional',
  properties: [DEVELOPMENT, ...more],
});

/** As `npm sbom` has it: everything is for development, and named by the folder. */
const LOCKED: Bill = {
  bomFormat: 'CycloneDX',
  serialNumber: 'urn:uuid:1',
  metadata: {
    timestamp: '2026-11-30T00:00:00Z',
    lifecycles: [{ phase: 'pre-build' }],
    component: { 'bom-ref': 'sentry@1.0.0', name: 'folder', scope: 'required' },
  },
  components: [
    component('jest@30.0.0'),
    component('jose@6.0.0'),
    component('tslib@2.0.0', { name: 'cdx:npm:package:bundled', value: 'true' }),
  ],
  dependencies: [
    { ref: 'sentry@1.0.0', dependsOn: ['jest@30.0.0', 'jose@6.0.0'] },
    { ref: 'jest@30.0.0', dependsOn: ['tslib@2.0.0'] },
    { ref: 'jose@6.0.0', dependsOn: ['jest@30.0.0', 'tslib@2.0.0'] },
    { ref: 'tslib@2.0.0' },
  ],
};

describe('the bill of materials', () => {
  const bill = bundledBill(LOCKED, ['jose@6.0.0', 'tslib@2.0.0'], 'sentry');

  test('lists what is in the bundles, as required', () => {
    expect(bill.components).toEqual([
      { 'bom-ref': 'jose@6.0.0', name: 'jose', scope: 'required' },
      {
        'bom-ref': 'tslib@2.0.0',
        name: 'tslib',
        scope: 'required',
        properties: [{ name: 'cdx:npm:package:bundled', value: 'true' }],
      },
    ]);
  });

  test('has dependencies among these alone, all of them reached from the release', () => {
    expect(bill.dependencies).toEqual([
      { ref: 'sentry@1.0.0', dependsOn: ['jose@6.0.0', 'tslib@2.0.0'] },
      { ref: 'jose@6.0.0', dependsOn: ['tslib@2.0.0'] },
      { ref: 'tslib@2.0.0', dependsOn: [] },
    ]);
  });

  test('is of the release and the same each time', () => {
    expect(bill).not.toHaveProperty('serialNumber');
    expect(bill.metadata).toEqual({
      lifecycles: [{ phase: 'build' }],
      component: { 'bom-ref': 'sentry@1.0.0', name: 'sentry', scope: 'required' },
    });
  });

  test('is not made without the origin of a package', () => {
    expect(() => bundledBill(LOCKED, ['left-pad@1.3.0'], 'sentry')).toThrow(
      'not in the lock file: left-pad@1.3.0',
    );
  });
});
