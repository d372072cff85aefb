/** Method: errors as the real SDK clients throw them, from a loopback server that answers as AWS. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CostExplorerClient, GetCostAndUsageCommand } from '@aws-sdk/client-cost-explorer';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { awsErrorSentence } from '../../../../cli/remote/aws-errors.ts';
import { LedgerUnavailableError } from '../../../../core/errors.ts';

let server: Server;
let answer: { status: number; type: string; message?: string };
let endpoint: string;
beforeAll(async () => {
  server = createServer((_, response) => {
    const { status, type, message } = answer;
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' });
    response.end(JSON.stringify({ __type: type, ...(message !== undefined && { message }) }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
});

const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
const get = new GetItemCommand({ TableName: 'genai-ledger', Key: { pk: { S: 'policy' } } });

async function thrownBy(config: ConstructorParameters<typeof DynamoDBClient>[0]): Promise<unknown> {
  const client = new DynamoDBClient({ maxAttempts: 1, ...config });
  try {
    return await client.send(get);
  } catch (error) {
    return error;
  } finally {
    client.destroy();
  }
}

const USER = 'arn:aws:iam::111122223333:user/ada';
const TABLE = 'arn:aws:dynamodb:eu-west-1:111122223333:table/genai-ledger';

describe('what AWS answers becomes one sentence that says what to do', () => {
  test.each<[string, number, string, string | undefined, RegExp]>([
    [
      'no permission',
      400,
      'AccessDeniedException',
      `User: ${USER} is not authorized to perform: dynamodb:Query on resource: ${TABLE} because no identity-based policy allows it`,
      new RegExp(`^${USER} has no right to dynamodb:Query on ${TABLE}: allow it in IAM`),
    ],
    [
      'no permission, without a resource',
      400,
      'AccessDeniedException',
      `User: ${USER} is not authorized to perform: ce:GetCostAndUsage`,
      new RegExp(`^${USER} has no right to ce:GetCostAndUsage: allow it in IAM`),
    ],
    [
      'no permission, said otherwise',
      403,
      'AccessDeniedException',
      'Cost Explorer is off.',
      /^AWS refused access \(Cost Explorer is off\): use an identity with/,
    ],
    ['throttled', 400, 'ThrottlingException', 'Rate exceeded', /^AWS is throttling requests: wait/],
    [
      'throttled by Cost Explorer',
      400,
      'LimitExceededException',
      '',
      /^AWS is throttling requests/,
    ],
    [
      'a table that is not there',
      400,
      'ResourceNotFoundException',
      'Requested resource not found',
      /^not found in eu-west-1 \(Requested resource not found\): check the table/,
    ],
    [
      'expired',
      400,
      'ExpiredTokenException',
      'expired',
      /^AWS credentials have expired: run aws sso login/,
    ],
    [
      'a wrong key',
      400,
      'UnrecognizedClientException',
      'The security token included in the request is invalid.',
      /^AWS rejected the credentials \(The security token .+ invalid\): check AWS_PROFILE/,
    ],
    ['a fault', 500, 'InternalServerError', 'oops', /^AWS returned a server error .+: try again/],
    [
      'anything else',
      400,
      'ValidationException',
      'One or more parameter values were invalid\nin two lines',
      /^AWS rejected the request \(ValidationException\): One or more .+ invalid.+two lines$/,
    ],
  ])('%s', async (_, status, type, message, sentence) => {
    answer = { status, type, ...(message !== undefined && { message }) };
    const error = await thrownBy({ endpoint, credentials, region: 'eu-west-1' });
    const wrapped = new LedgerUnavailableError('the ledger did not answer', error);
    for (const each of [error, wrapped]) {
      const said = awsErrorSentence(each, { AWS_REGION: 'eu-west-1' });
      expect(said).toMatch(sentence);
      expect(said).not.toContain('\n');
    }
  });

  test('whichever service says it', async () => {
    answer = { status: 400, type: 'LimitExceededException', message: 'slow down' };
    const client = new CostExplorerClient({ endpoint, credentials, region: 'us-east-1' });
    const query = new GetCostAndUsageCommand({
      TimePeriod: { Start: '2026-11-01', End: '2026-11-02' },
      Granularity: 'DAILY',
      Metrics: ['UnblendedCost'],
    });
    const error = await client.send(query).catch((thrown: unknown) => thrown);
    expect(awsErrorSentence(error, {})).toMatch(/^AWS is throttling requests/);
  });
});

describe('what keeps a call from being sent', () => {
  test('no region', async () => {
    const region = () => Promise.reject(new Error('Region is missing'));
    const error = await thrownBy({ endpoint, credentials, region });
    expect(awsErrorSentence(error, {})).toMatch(/^no AWS region configured: set AWS_REGION/);
  });

  test('no credentials', async () => {
    const error = Object.assign(new Error('Could not load credentials from any providers'), {
      name: 'CredentialsProviderError',
    });
    const thrown = await thrownBy({
      endpoint,
      region: 'eu-west-1',
      credentials: () => Promise.reject(error),
    });
    expect(awsErrorSentence(thrown, {})).toMatch(
      /^no AWS credentials found \(Could not load .+\): set AWS_PROFILE/,
    );
  });

  test('a refused connection', async () => {
    const error = await thrownBy({
      endpoint: 'http://127.0.0.1:1',
      credentials,
      region: 'eu-west-1',
    });
    expect(awsErrorSentence(error, { AWS_REGION: 'eu-west-1' })).toMatch(
      /^could not reach AWS in eu-west-1 \(.*ECONNREFUSED.*\): check the network, AWS_REGION/,
    );
  });
});

test('what is not from AWS has no sentence of AWS', () => {
  const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
  for (const error of [refused, new LedgerUnavailableError('no sandbox', refused), 'text', null]) {
    expect(awsErrorSentence(error, {})).toBeUndefined();
  }
});
