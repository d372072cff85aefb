/** `GET /openapi.json`: the API as an OpenAPI 3.1 document, made of the schemas that check requests. */
import { requestSchema } from '../../core/call/request/request.schema.ts';
import { USAGE_REPORT_SCHEMA } from '../../core/insight/usage/usage-report.schema.ts';
import { PROBLEM_CODES } from '../../core/problem-http-status.ts';
import manifest from '../../package.json' with { type: 'json' };

export const OPENAPI_ROUTE = '/openapi.json';

const TEXT = { type: 'string' } as const;
const TIME = { type: 'string', format: 'date-time' } as const;
const COUNT = { type: 'integer', minimum: 0 } as const;

const schema = (name: keyof typeof SCHEMAS) => ({ $ref: `#/components/schemas/${name}` });
const json = (name: keyof typeof SCHEMAS) => ({ 'application/json': { schema: schema(name) } });

const object = (required: readonly string[], properties: object) => ({
  type: 'object',
  required,
  properties,
});

const SCHEMAS = {
  InvokeRequest: requestSchema,
  InvokeAnswer: object(['requestId', 'outcome', 'model', 'message', 'usage', 'cost', 'tags'], {
    requestId: TEXT,
    outcome: { const: 'succeeded' },
    model: { type: 'string', description: 'Alias of the model that answered.' },
    modelId: TEXT,
    modelMetric: TEXT,
    fallbackFrom: TEXT,
    message: object(['role', 'content'], {
      role: { const: 'assistant' },
      content: { type: 'array', items: { type: 'object' } },
    }),
    stopReason: TEXT,
    usage: object(['inputTokens', 'outputTokens', 'totalTokens'], {
      inputTokens: COUNT,
      outputTokens: COUNT,
      cacheReadInputTokens: COUNT,
      cacheWriteInputTokens: COUNT,
      totalTokens: COUNT,
    }),
    cost: object(['currency', 'amount'], {
      currency: { const: 'USD' },
      amount: { type: 'string', description: 'Decimal USD.' },
      nanoUsd: COUNT,
      reservedNanoUsd: COUNT,
    }),
    tags: { type: 'object', additionalProperties: TEXT },
    limits: { type: 'array', items: { type: 'object' } },
  }),
  UsageReport: USAGE_REPORT_SCHEMA,
  ModelsReport: object(['asOf', 'models'], {
    asOf: TIME,
    models: { type: 'array', items: { type: 'object' } },
  }),
  TokenRequest: {
    type: 'object',
    additionalProperties: false,
    properties: {
      expiresInSeconds: { type: 'integer', minimum: 60, maximum: 43_200, default: 3_600 },
      operator: { type: 'boolean', default: false },
    },
  },
  Token: object(['id', 'token', 'identity', 'expiresAt'], {
    id: TEXT,
    token: TEXT,
    identity: { type: 'string', description: 'ARN that signed the request.' },
    kind: { enum: ['caller', 'operator'] },
    status: TEXT,
    createdAt: TIME,
    expiresAt: TIME,
  }),
  Problem: object(['type', 'title', 'status', 'detail', 'code', 'requestId'], {
    type: TEXT,
    title: TEXT,
    status: { type: 'integer' },
    detail: TEXT,
    code: { enum: Object.keys(PROBLEM_CODES) },
    requestId: TEXT,
    outcome: TEXT,
    retryAfter: { type: 'integer', description: 'Seconds, as in Retry-After.' },
    errors: {
      type: 'array',
      items: object(['path', 'message'], { path: TEXT, message: TEXT }),
    },
    tags: { type: 'object', additionalProperties: TEXT },
  }),
} as const;

const PROBLEM = {
  description: 'The request was not completed: an RFC 9457 problem.',
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
};

const answer = (name: keyof typeof SCHEMAS, description: string) => ({
  200: { description, content: json(name) },
  default: { $ref: '#/components/responses/Problem' },
});

const body = (name: keyof typeof SCHEMAS, required: boolean) => ({ required, content: json(name) });

const parameter = (name: string, place: 'query' | 'header', description: string) => ({
  name,
  in: place,
  description,
  schema: TEXT,
});

/** @see https://spec.openapis.org/oas/v3.1.1.html */
export const OPENAPI_DOCUMENT = {
  openapi: '3.1.1',
  info: {
    title: 'Bedrock cost sentry',
    version: manifest.version,
    description: 'Amazon Bedrock behind spending limits.',
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
        parameters: [
          parameter('costCenter', 'query', 'Names of cost centers, with commas between them.'),
          parameter('per', 'query', 'List the users, keys or sessions that have an own limit.'),
          parameter('user', 'query', 'With per=user: this user alone.'),
          parameter('limit', 'query', 'With per: how many of them, at most 100.'),
          parameter('after', 'query', 'With per: the `next` of the page before.'),
        ],
        responses: answer('UsageReport', 'The limits of the cost centers that the caller can see.'),
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
        responses: { 200: { description: 'It answers.' } },
      },
    },
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
    },
  },
} as const;
