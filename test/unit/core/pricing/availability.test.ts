/** Method: a bare id of a model that has inference profiles alone, with and without an own price. */
import { expect, test } from '@jest/globals';
import { availabilityOf } from '../../../../core/pricing/availability.ts';

const asked = (modelId: string, hasOwnPrice: boolean) =>
  availabilityOf({ modelId, hasOwnPrice, region: 'us-east-1', now: Date.parse('2026-11-29') });

test('a bare id without on-demand throughput is refused', () => {
  const { errors } = asked('meta.llama3-2-1b-instruct-v1:0', false);
  expect(errors).toContainEqual(expect.stringContaining('no on-demand throughput'));
});

test('with an own price it is a warning: its author may have other throughput', () => {
  const { errors, warnings } = asked('meta.llama3-2-1b-instruct-v1:0', true);
  expect(errors).toEqual([]);
  expect(warnings).toContainEqual(expect.stringContaining('no on-demand throughput'));
});

test('a profile of another geography is refused also with an own price', () => {
  const { errors } = asked('eu.meta.llama3-2-1b-instruct-v1:0', true);
  expect(errors).toEqual([expect.stringContaining('"eu." profiles')]);
});
