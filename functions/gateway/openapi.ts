/** `GET /openapi.json`: the API as an OpenAPI 3.1 document, made of the schemas that check requests. */
import { PERS } from '../../core/policy/policy.ts';
import manifest from '../../package.json' with { type: 'json' };
import { SCHEMAS, TEXT } from './openapi-schemas.ts';

export const OPENAPI_ROUTE = '/openapi.json';

type SchemaName = keyof typeof SCHEMAS;

const schema = (name: SchemaName) => ({ $ref: `#/components/schemas/${name}` });
const json = (name: SchemaName) => ({ 'application/json': { schema: schema(name) } });

const PROBLEM = {
  description: 'The request was not completed: an RFC 9457 problem.',
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
};

const PROBLEMS = {
  '4XX': { $ref: '#/components/responses/Problem' },
  '5XX': { $ref: '#/components/responses/Problem' },
} as const;

const answer = (name: SchemaName, description: string) => ({
  200: { description, content: json(name) },
  ...PROBLEMS,
});

const body = (name: SchemaName, required: boolean) => ({ required, content: json(name) });

const parameter = (name: string, place: 'query' | 'header', description: string) => ({
  name,
  in: place,
  description,
  schema: TEXT,
});

const USAGE_PARAMETERS = [
  parameter('costCenter', 'query', 'Names of cost centers, with commas between them.'),
  parameter('per', 'query', 'List the users, keys or sessions that have an own limit.'),
  parameter('user', 'query', 'With per=user: this user alone; `unknown`: the calls without one.'),
  parameter('limit', 'query', 'With per: how many of them, at most 100.'),
  parameter('after', 'query', 'With per: the `next` of the page before.'),
] as const;

const usage = (description: string) => ({
  200: {
    description,
    content: {
      'application/json': { schema: { anyOf: [schema('UsageReport'), schema('HoldersReport')] } },
    },
  },
  ...PROBLEMS,
});

const BY_OPERATORS = [{ operatorToken: [] }];

/** Served where the configuration names `operators`. */
const OPERATOR_PATHS = {
  '/v1/operator/usage': {
    get: {
      operationId: 'getWholeUsage',
      summary: 'Show the usage of all cost centers and users',
      security: BY_OPERATORS,
      parameters: USAGE_PARAMETERS,
      responses: usage('The limits of all, or of the users, keys or sessions with an own limit.'),
    },
  },
  '/v1/operator/limits': {
    get: {
      operationId: 'listLimits',
      summary: 'List limits, their amounts and what overrides them',
      security: BY_OPERATORS,
      parameters: PERS.map((per) =>
        parameter(per, 'query', `Of own limits, what this ${per} has.`),
      ),
      responses: answer('LimitsReport', 'All limits.'),
    },
    post: {
      operationId: 'changeLimit',
      summary: 'Raise or lower a limit for a while, or reset it',
      security: BY_OPERATORS,
      requestBody: body('LimitChange', true),
      responses: answer('ChangedLimit', 'The change, which takes effect within 60 seconds.'),
    },
  },
  '/v1/operator/keys': {
    get: {
      operationId: 'listKeys',
      summary: 'List the keys of the proxy',
      security: BY_OPERATORS,
      parameters: [
        parameter('limit', 'query', 'How many of them, at most 100.'),
        parameter('after', 'query', 'The `next` of the page before.'),
      ],
      responses: answer('Keys', 'Keys in the order of their ids, without their secrets.'),
    },
    post: {
      operationId: 'createKey',
      summary: 'Create a key',
      security: BY_OPERATORS,
      requestBody: body('KeyRequest', true),
      responses: answer('NewKey', 'The key, which is shown once.'),
    },
  },
  '/v1/operator/keys/revoke': {
    post: {
      operationId: 'revokeKey',
      summary: 'End a key or a token',
      security: BY_OPERATORS,
      requestBody: body('KeyRevocation', true),
      responses: answer('RevokedCredential', 'It is refused within 60 seconds.'),
    },
  },
  '/v1/operator/keys/rotate': {
    post: {
      operationId: 'rotateKey',
      summary: 'Create a key with the binding of another, which ends after a grace period',
      security: BY_OPERATORS,
      requestBody: body('KeyRotation', true),
      responses: answer('NewKey', 'The new key, which is shown once.'),
    },
  },
} as const;

/** @see https://spec.openapis.org/oas/v3.1.1.html */
export const OPENAPI_DOCUMENT = {
  openapi: '3.1.1',
  info: {
    title: 'Bedrock cost sentry',
    version: manifest.version,
    description:
      'Amazon Bedrock behind spending limits. The proxy has the routes of the APIs of Bedrock, OpenAI ' +
      'and Anthropic, which their own documents describe.',
    license: { name: 'Apache 2.0', identifier: 'Apache-2.0' },
  },
  servers: [{ url: '/' }],
  security: [{ sigv4: [] }, { bearer: [] }, {}],
  paths: {
    '/v1/invoke': {
      post: {
        operationId: 'invoke',
        summary: 'Call a model, if the limits allow it',
        parameters: [
          parameter('idempotency-key', 'header', 'The same key runs and charges a call once.'),
          parameter('x-sentry-session', 'header', 'The session that the call belongs to.'),
        ],
        requestBody: body('InvokeRequest', true),
        responses: answer('InvokeAnswer', 'The answer of the model, with its cost.'),
      },
    },
    '/v1/usage': {
      get: {
        operationId: 'getUsage',
        summary: 'Show limits and what is used of them',
        parameters: USAGE_PARAMETERS,
        responses: usage('The limits of the cost centers that the caller can see.'),
      },
    },
    '/v1/models': {
      get: {
        operationId: 'listModels',
        summary: 'List models, their prices and the cost centers that can call them',
        responses: answer('ModelsReport', 'The models that the caller can use.'),
      },
    },
    '/v1/tokens': {
      post: {
        operationId: 'createToken',
        summary: 'Get a short-lived token for the AWS identity that signed the request',
        security: [{ sigv4: [] }],
        requestBody: body('TokenRequest', false),
        responses: answer('Token', 'The token, which is shown once.'),
      },
    },
    '/healthz': {
      get: {
        operationId: 'getHealth',
        summary: 'Check that the API answers',
        security: [],
        responses: { 200: { description: 'It answers.' }, ...PROBLEMS },
      },
    },
    ...OPERATOR_PATHS,
  },
  components: {
    schemas: SCHEMAS,
    responses: { Problem: PROBLEM },
    securitySchemes: {
      sigv4: {
        type: 'apiKey',
        in: 'header',
        name: 'Authorization',
        description: 'AWS Signature Version 4, for the service execute-api.',
      },
      bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
      operatorToken: {
        type: 'http',
        scheme: 'bearer',
        description:
          'Token of `cost-sentry token --operator`, or a JWT with the claims of `operators.jwt`.',
      },
    },
  },
} as const;
