import { describe, expect, test } from '@jest/globals';
import { failureRule } from '../../../../../core/call/model/failure-rules.ts';

const NAMED = [
  ['ValidationException', 400, 400],
  ['SerializationException', 400, 400],
  ['AccessDeniedException', 403, 502],
  ['ResourceNotFoundException', 404, 502],
  ['UnrecognizedClientException', 403, 502],
  ['InvalidSignatureException', 403, 502],
  ['SignatureDoesNotMatch', 403, 502],
  ['IncompleteSignatureException', 400, 502],
  ['MissingAuthenticationTokenException', 400, 502],
  ['InvalidClientTokenIdException', 403, 502],
  ['RequestExpired', 400, 502],
  ['ExpiredTokenException', 403, 502],
  ['OptInRequired', 403, 502],
  ['SubscriptionRequiredException', 400, 502],
  ['UnknownOperationException', 404, 502],
  ['ThrottlingException', 429, 503],
  ['ModelNotReadyException', 429, 503],
  ['ServiceQuotaExceededException', 400, 503],
  ['ServiceUnavailableException', 503, 503],
] as const;

describe('a failure that came before the model', () => {
  test.each(NAMED)('%s is released, with its status and without', (name, httpStatus, status) => {
    expect(failureRule({ name, httpStatus })).toMatchObject({ charge: 'released', status });
    expect(failureRule({ name })).toMatchObject({ charge: 'released', status });
  });

  test.each([
    ['NotSent', 502, true],
    ['CredentialsProviderError', 502, false],
    ['DeadlineBeforeCall', 504, false],
  ])('%s, of our own, is released', (name, status, retry) => {
    expect(failureRule({ name })).toEqual({ charge: 'released', status, retry });
  });

  test('is released by its status where its name is new', () => {
    for (let httpStatus = 400; httpStatus < 500; httpStatus++) {
      if (httpStatus === 408 || httpStatus === 424) continue;
      expect(failureRule({ name: 'NewException', httpStatus }).charge).toBe('released');
    }
    expect(failureRule({ name: 'NewException', httpStatus: 400 }).status).toBe(400);
    expect(failureRule({ name: 'NewException', httpStatus: 413 }).status).toBe(400);
    expect(failureRule({ name: 'NewException', httpStatus: 403 }).status).toBe(502);
    expect(failureRule({ name: 'NewException', httpStatus: 429 })).toEqual({
      charge: 'released',
      status: 503,
      retry: true,
    });
    expect(failureRule({ name: 'NewException', httpStatus: 503 }).charge).toBe('released');
  });

  test.each(['InvalidSignatureException', 'RequestExpired', 'ServiceUnavailableException'])(
    '%s is worth another try',
    (name) => {
      expect(failureRule({ name }).retry).toBe(true);
    },
  );
});

describe('a failure after which the model may have run', () => {
  test.each([
    ['DeadlineExceeded', 504],
    ['ModelTimeoutException', 504],
    ['InternalServerException', 502],
    ['ModelErrorException', 502],
    ['ModelStreamErrorException', 502],
    ['ConnectionLost', 502],
    ['MalformedAnswer', 502],
    ['SomethingNewException', 502],
    ['constructor', 502],
    ['__proto__', 502],
    ['', 502],
  ])('%s is unknown and never tried again', (name, status) => {
    expect(failureRule({ name })).toEqual({ charge: 'unknown', status, retry: false });
  });

  test('is unknown by its status, whatever its name', () => {
    for (const httpStatus of [200, 408, 424, 500, 501, 502, 504, 599]) {
      for (const name of ['NewException', 'ThrottlingException', 'ValidationException']) {
        const rule = failureRule({ name, httpStatus });
        expect(rule).toMatchObject({ charge: 'unknown', retry: false });
        expect(rule.status).not.toBe(503);
      }
    }
  });
});
