import { describe, expect, test } from '@jest/globals';
import { failureRule } from '../../../../../core/call/model/failure-rules.ts';

describe('what a failure means for the money', () => {
  test.each([
    ['ThrottlingException', 503, true],
    ['ModelNotReadyException', 503, true],
    ['ServiceQuotaExceededException', 503, false],
    ['ValidationException', 502, false],
    ['AccessDeniedException', 502, false],
    ['ResourceNotFoundException', 502, false],
    ['UnrecognizedClientException', 502, false],
    ['ExpiredTokenException', 502, false],
    ['CredentialsProviderError', 502, false],
    ['NotSent', 502, true],
    ['DeadlineBeforeCall', 504, false],
  ])('%s came before the model: given back, %i', (name, status, retry) => {
    expect(failureRule(name)).toEqual({ reservation: 'release', status, retry });
  });

  test.each([
    ['DeadlineExceeded', 504],
    ['ModelTimeoutException', 504],
    ['ServiceUnavailableException', 503],
    ['InternalServerException', 502],
    ['ModelErrorException', 502],
    ['ConnectionLost', 502],
    ['MalformedAnswer', 502],
    ['SomethingNewException', 502],
    ['constructor', 502],
    ['__proto__', 502],
    ['', 502],
  ])('%s may have been billed: kept, never tried again, %i', (name, status) => {
    expect(failureRule(name)).toEqual({ reservation: 'keep', status, retry: false });
  });
});
