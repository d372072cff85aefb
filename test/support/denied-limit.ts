/** A limit that denied a call, as problems state it. */

export const NOW = Date.parse('2026-11-29T10:00:00Z');
export const tags = { requestId: 'r', timestamp: '2026-11-29T10:00:00Z' };

export const limit = {
  owner: 'costCenter#sales',
  name: 'month-usd',
  window: 'month',
  unit: 'usd' as const,
  limit: 100,
  used: 95,
  reserved: 5,
  requested: 10,
  reason: 'used' as const,
  resetsAt: '2026-12-01T00:00:00Z',
};
