/**
 * Turns errors from AWS into one sentence that says what to do. Commands let these errors pass;
 * `program.ts` prints the sentence and returns exit code 2.
 */
import { printable } from '../../core/safe-text.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Fields of an error of the AWS SDK for JavaScript, version 3. */
interface AwsError {
  readonly name: string;
  readonly message: string;
  readonly status: number;
}

interface Rule {
  readonly is: (error: AwsError) => boolean;
  readonly say: (error: AwsError, env: Environment) => string;
}

const CAUSES_MAX = 8;
const MESSAGE_MAX = 300;

const named =
  (...names: readonly string[]) =>
  ({ name }: AwsError): boolean =>
    names.includes(name.replace(/(?:Exception|Error)$/, ''));

const regionOf = (env: Environment): string => env.AWS_REGION || 'the region of your profile';

/** Node.js codes for a failed connection. */
const UNREACHED = /\b(?:ECONN|ENOTFOUND|ENETUNREACH|EHOSTUNREACH|ETIMEDOUT|EAI_AGAIN|EPIPE)/;

const REFUSED =
  /(?:User: (\S+) )?is not authorized to perform: (\S+?)(?: on resource: (\S+))?[\s.]/;

/** `arn:… is not authorized to perform dynamodb:Query on arn:…`; names the permission to add. */
function refusal({ message }: AwsError): string {
  const [, who, action, resource] = REFUSED.exec(`${message} `) ?? [];
  if (action === undefined) {
    return `AWS refused access (${message}): use an identity with the rights this command needs`;
  }
  const on = resource === undefined ? '' : ` on ${resource}`;
  return `${who ?? 'this identity'} has no right to ${action}${on}: allow it in IAM, or use another AWS_PROFILE`;
}

/**
 * The first matching rule is used. Names are those of the services, without `Exception` or `Error`:
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html,
 * https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/CommonErrors.html (2026-11).
 */
const RULES: readonly Rule[] = [
  {
    is: ({ message }) => message === 'Region is missing',
    say: () =>
      'no AWS region configured: set AWS_REGION, such as eu-west-1, or a region in the profile',
  },
  {
    is: named('CredentialsProvider', 'TokenProvider', 'MissingAuthenticationToken'),
    say: ({ message }) =>
      `no AWS credentials found (${message}): set AWS_PROFILE, or run aws sso login`,
  },
  {
    is: named('ExpiredToken', 'RequestExpired', 'TokenRefreshRequired'),
    say: () => 'AWS credentials have expired: run aws sso login, or renew them',
  },
  {
    is: named(
      ...['UnrecognizedClient', 'InvalidClientTokenId', 'InvalidAccessKeyId', 'AuthFailure'],
      ...['InvalidSignature', 'SignatureDoesNotMatch', 'IncompleteSignature'],
    ),
    say: ({ message }) =>
      `AWS rejected the credentials (${message}): check AWS_PROFILE or the access key, and ` +
      'the system clock',
  },
  {
    is: ({ message }) => /not enabled for cost explorer/i.test(message),
    say: () =>
      'Cost Explorer is not enabled in this account: open it once in the Billing console of ' +
      'the payer account, and run the command again after 24 hours',
  },
  {
    is: ({ message }) => /linked account.*(?:access|cost explorer)/i.test(message),
    say: ({ message }) =>
      `this account has no access to its costs (${message}): allow it in the Cost Management preferences of the payer account, or use an AWS_PROFILE of that account`,
  },
  { is: named('AccessDenied', 'UnauthorizedOperation', 'Forbidden'), say: refusal },
  {
    is: named('DataUnavailable'),
    say: () =>
      'Cost Explorer has no data yet for this period: AWS prepares it within 24 hours of first use',
  },
  {
    is: named('BillExpiration', 'InvalidNextToken', 'RequestChanged'),
    say: () => 'AWS updated the bill while it was being read: run the command again',
  },
  {
    is: named(
      ...['Throttling', 'ThrottledException', 'TooManyRequests', 'RequestLimitExceeded'],
      ...['ProvisionedThroughputExceeded', 'LimitExceeded', 'SlowDown', 'RequestThrottled'],
    ),
    say: () => 'AWS is throttling requests: wait a minute, then run the command again',
  },
  {
    is: named('ResourceNotFound'),
    say: ({ message }, env) =>
      `not found in ${regionOf(env)} (${message}): check the table (Terraform ` +
      'output ledger_table_name), AWS_REGION and AWS_PROFILE',
  },
  {
    is: ({ name, message }) => UNREACHED.test(message) || /^(?:Timeout|Networking)/.test(name),
    say: ({ message }, env) =>
      `could not reach AWS in ${regionOf(env)} (${message}): check the network, AWS_REGION ` +
      'and AWS_ENDPOINT_URL',
  },
  {
    is: ({ status }) => status >= 500,
    say: ({ name, message }) =>
      `AWS returned a server error (${name}: ${message}): try again later`,
  },
];

/**
 * The sentence for an error that came from AWS, even if it was wrapped.
 * @returns undefined when no AWS error is in it.
 */
export function awsErrorSentence(error: unknown, env: Environment): string | undefined {
  let cause = error;
  for (let depth = 0; cause instanceof Error && depth < CAUSES_MAX; depth++) {
    const found = awsError(cause);
    if (found) {
      const rule = RULES.find(({ is }) => is(found));
      return rule?.say(found, env) ?? `AWS rejected the request (${found.name}): ${found.message}`;
    }
    cause = cause.cause;
  }
  return undefined;
}

/** Errors that the SDK raises before sending a request have no metadata. */
const UNSENT = /^(?:CredentialsProviderError|TokenProviderError)$/;

function awsError(error: Error): AwsError | undefined {
  const isUnsent = UNSENT.test(error.name) || error.message === 'Region is missing';
  const metadata = '$metadata' in error ? error.$metadata : undefined;
  if (!isUnsent && (typeof metadata !== 'object' || metadata === null)) return undefined;
  const status =
    metadata && typeof metadata === 'object' && 'httpStatusCode' in metadata
      ? Number(metadata.httpStatusCode)
      : 0;
  // Some services end messages with a full stop.
  const message = printable(error.message.replace(/[.\s]+$/, '') || error.name, MESSAGE_MAX);
  return { name: error.name, message, status };
}
