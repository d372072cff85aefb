/** Advice for operators on Bedrock errors that a retry does not resolve. */
import type { ConverseFailure } from './failure-rules.ts';

interface Advice {
  readonly names?: readonly string[];
  /** In the service's own message. */
  readonly says?: RegExp;
  readonly detail: string;
}

/** The first that fits is used. Messages as AWS words them (2026-11). */
const ADVICE: readonly Advice[] = [
  {
    says: /INVALID_PAYMENT_INSTRUMENT|payment instrument/i,
    detail:
      'The AWS account has no valid payment method for AWS Marketplace, which sells this model: ' +
      'an administrator of the account must add one.',
  },
  {
    says: /aws-marketplace|AWS Marketplace|marketplace subscription/i,
    detail:
      'The AWS account is not subscribed to this model in AWS Marketplace. A principal with ' +
      'aws-marketplace:Subscribe and aws-marketplace:ViewSubscriptions must call the model once, ' +
      'or enable it in the Bedrock console; access may take 15 minutes.',
  },
  {
    names: ['FTUFormNotFilled'],
    says: /use.?case/i,
    detail:
      'The AWS account has not submitted the use case details that the provider of this model ' +
      'asks for: an administrator must fill in the form in the Bedrock console; access may take ' +
      '15 minutes.',
  },
  {
    names: ['OptInRequired', 'SubscriptionRequiredException'],
    says: /opt[- ]?in\b|not subscribed|needs a subscription/i,
    detail:
      'The AWS account is not signed up for this service or has not opted in to this region: an ' +
      'administrator of the account must do so.',
  },
  {
    says: /don't have access to the model|model access is denied/i,
    detail:
      'The AWS account or the role of the sentry has no access to this model: an administrator ' +
      'must enable it in the Bedrock console, or allow it in the policies that apply to the role.',
  },
  {
    says: /end of (its )?life/i,
    detail: 'The provider has withdrawn this model: name one that is still offered.',
  },
  {
    says: /marked by provider as legacy/i,
    detail:
      'This model is legacy and closed to accounts that have not used it recently: name one that ' +
      'is active.',
  },
  {
    says: /on-demand throughput isn.t supported/i,
    detail:
      'This model is offered through inference profiles only: set its model_id to the id of one, ' +
      'such as "us." and the model id.',
  },
  {
    names: ['AccessDeniedException', 'NotAuthorized'],
    detail:
      'The role of the sentry may not call this model: look at its permissions, at its ' +
      'permissions boundary and at the service control policies.',
  },
];

/** Undefined where the failure's own message says all there is. */
export function failureAdvice({ name, message }: ConverseFailure): string | undefined {
  return ADVICE.find(({ names, says }) => names?.includes(name) || says?.test(message))?.detail;
}
