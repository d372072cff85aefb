import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { originCheck } from '../../../../functions/proxy/cloudfront-origin.ts';

const digest = (text: string) => createHash('sha256').update(text).digest('hex');
const NEW = 'new-0123456789abcdef0123456789abcdef';
const OLD = 'old-0123456789abcdef0123456789abcdef';
const sending = (value?: string) => ({
  headers: { host: 'function', ...(value !== undefined && { 'x-sentry-origin': value }) },
});

describe('with CloudFront', () => {
  const isFromOrigin = originCheck(`${digest(NEW)},${digest(OLD)}`);

  test.each([NEW, OLD])('a request with an accepted secret is let in', (secret) => {
    expect(isFromOrigin(sending(secret))).toBe(true);
  });

  test.each([undefined, '', 'wrong', `${NEW} `, NEW.toUpperCase(), `${NEW},${OLD}`, digest(NEW)])(
    'a request with %p is refused',
    (value) => {
      expect(isFromOrigin(sending(value))).toBe(false);
    },
  );

  test('a request without headers is refused', () => {
    expect(isFromOrigin({})).toBe(false);
    expect(isFromOrigin({ headers: null })).toBe(false);
  });

  test.each(['', NEW, `${digest(NEW)},`])(
    'a function with %p as digests does not start',
    (given) => {
      expect(() => originCheck(given)).toThrow('ORIGIN_DIGESTS must have SHA-256 digests');
    },
  );
});

test('without CloudFront every request is let in', () => {
  expect(originCheck(undefined)(sending())).toBe(true);
});
