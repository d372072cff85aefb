import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { itemBytes } from '../../../adapters/dynamodb-item-size.ts';
import {
  type AttributeMap,
  findReservation,
  parseReservations,
  previousReservationName,
  reservationName,
  reservationText,
} from '../../../adapters/dynamodb-reservation-encoding.ts';

const UUID = '3f2504e0-4f89-41d3-9a0c-0305e82c3301';
const OWN = 'account#costCenter#sales#0';
const SHARED = 'account#organization#0';

const written = (account: string, amounts: readonly (readonly [string, number])[]) => ({
  account,
  attemptId: 'a1b2c3d4',
  leaseExpiresAt: 2_209_000_000,
  costCenter: 'sales',
  amounts: amounts.map(([key, amount]) => ({ key, amount })),
});

const itemWith = (account: string, id: string, amounts: readonly (readonly [string, number])[]) => {
  const item: AttributeMap = { pk: { S: account }, sk: { S: 'counters' }, n_sales: { N: '1' } };
  for (const [key, amount] of amounts) item[`c_${key}`] = { N: String(amount) };
  item[reservationName(id)] = { S: reservationText(written(account, amounts)) };
  return item;
};

describe('a reservation', () => {
  test('is read as it was written, whatever its id, counters and amounts', () => {
    const ids = fc.oneof(
      fc.uuid(),
      fc.uuid().map((id) => `${id}.2`),
      fc.string({ minLength: 1, maxLength: 60 }),
    );
    const key = fc.stringMatching(/^[a-z][a-z0-9-]{0,20}_2026-1[12](?:-2[0-9])?$/);
    const amounts = fc.uniqueArray(fc.tuple(key, fc.maxSafeNat()), {
      maxLength: 6,
      selector: ([name]) => name,
    });
    fc.assert(
      fc.property(ids, amounts, fc.constantFrom(OWN, SHARED), (id, taken, account) => {
        const [found, ...others] = parseReservations(itemWith(account, id, taken));
        expect(others).toEqual([]);
        expect(found).toMatchObject({
          form: 'text',
          reservationId: id,
          leaseHolder: 'a1b2c3d4',
          expiresAt: 2_209_000_000,
          costCenter: 'sales',
        });
        expect([...(found?.amounts ?? [])]).toEqual(taken);
        expect(findReservation(itemWith(account, id, taken), id)).toEqual(found);
      }),
    );
  });

  test('of an earlier release is read as well', () => {
    const a = { M: { 'monthly_2026-11': { N: '17' } } };
    const value = { M: { e: { N: '1000' }, n: { S: 'a1b2c3d4-e5f6' }, a } };
    const item = { pk: { S: OWN }, [previousReservationName(UUID)]: value };
    expect(findReservation(item, UUID)).toEqual({
      form: 'map',
      reservationId: UUID,
      leaseHolder: 'a1b2c3d4-e5f6',
      expiresAt: 1_000,
      amounts: new Map([['monthly_2026-11', 17]]),
      value,
    });
  });

  test('has a name that no other id has', () => {
    const short = reservationName(UUID).slice(2);
    expect(reservationName(short)).not.toBe(reservationName(UUID));
    expect(reservationName(UUID.toUpperCase())).not.toBe(reservationName(UUID));
  });
});

describe('the item of a cost center with the most calls in flight', () => {
  test.each([
    [1, OWN],
    [3, OWN],
    [1, SHARED],
    [2, SHARED],
  ])('stays below 32 KB with %i limits: %s', (limits, account) => {
    const amounts = Array.from(
      { length: limits },
      (_, at) => [`monthly-budget-${at}_2026-11`, 999_999_999] as const,
    );
    const item = itemWith(account, UUID, amounts);
    for (let call = 0; call < 400; call++) {
      const id = `3f2504e0-4f89-41d3-9a0c-${String(call).padStart(12, '0')}`;
      item[reservationName(id)] = { S: reservationText(written(account, amounts)) };
    }
    expect(itemBytes(item)).toBeLessThan(32_768);
  });
});
