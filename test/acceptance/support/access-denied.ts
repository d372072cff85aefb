/**
 * Responses for denied access, in the protocol of each service. The text is from AWS:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html, 2026-11
 */
import { type AwsAnswer, refuse } from './aws-answer.ts';

interface Denied {
  readonly service: string;
  /** ARN of the session that asked. */
  readonly who: string;
  readonly action: string;
  readonly resource: string;
}

/** The query protocol: https://docs.aws.amazon.com/sns/latest/api/CommonErrors.html */
const queryError = (code: string, message: string): string =>
  `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message>` +
  '</Error><RequestId>none</RequestId></ErrorResponse>';

/** https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
const s3Error = (message: string): string =>
  `<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>${message}</Message></Error>`;

const XML = { 'content-type': 'text/xml' };

/** REST protocols answer 403, the JSON protocols 400. */
const REST = ['bedrock', 'lambda'];

export function accessDenied({ service, who, action, resource }: Denied): AwsAnswer {
  const message =
    `User: ${who} is not authorized to perform: ${action} on resource: ${resource} ` +
    `because no identity-based policy allows the ${action} action`;
  const escaped = message.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  switch (service) {
    case 's3':
      return { status: 403, headers: XML, xml: s3Error(escaped) };
    case 'sns':
      return { status: 403, headers: XML, xml: queryError('AuthorizationError', escaped) };
    case 'sts':
      return { status: 403, headers: XML, xml: queryError('AccessDenied', escaped) };
    default:
      return refuse('AccessDeniedException', message, REST.includes(service) ? 403 : 400);
  }
}
