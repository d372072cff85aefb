/** The tfvars shape of the variable `proxy`, as a part of the policy schema. */
import { BOOLEAN, ORIGINS, THROTTLING } from './value.schema.ts';

const JWT = {
  type: 'object',
  additionalProperties: false,
  required: ['issuer', 'audience'],
  properties: {
    issuer: {
      type: 'string',
      pattern: '^https://[^\\s?#]{1,512}$',
      title: 'the URL of an issuer',
      description: 'use a URL such as "https://login.example.com"',
    },
    audience: {
      type: 'array',
      title: 'audience',
      minItems: 1,
      uniqueItems: true,
      items: { type: 'string', minLength: 1, maxLength: 256 },
    },
    user_claim: { type: 'string', minLength: 1, maxLength: 256 },
    groups_claim: { type: 'string', minLength: 1, maxLength: 256 },
  },
} as const;

const DOMAIN = {
  type: 'object',
  additionalProperties: false,
  required: ['name', 'certificate_arn'],
  properties: {
    name: {
      type: 'string',
      pattern: '^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z]{2,63}$',
      title: 'a domain name',
      description: 'write one in lower case, such as "ai.example.com"',
    },
    certificate_arn: {
      type: 'string',
      pattern: '^arn:[a-z-]+:acm:[a-z0-9-]+:[0-9]{12}:certificate/.+$',
      title: 'the ARN of a certificate',
      description: 'use arn:aws:acm:<region>:<account>:certificate/<id>',
    },
  },
} as const;

const REST_API = {
  type: 'object',
  additionalProperties: false,
  properties: {
    vpc_endpoint_ids: {
      type: 'array',
      title: 'VPC endpoint',
      minItems: 1,
      maxItems: 5,
      uniqueItems: true,
      items: {
        type: 'string',
        pattern: '^vpce-[0-9a-f]{8,17}$',
        title: 'the id of a VPC endpoint',
        description: 'use one such as "vpce-0123456789abcdef0"',
      },
    },
    throttling: THROTTLING,
    access_log: BOOLEAN,
  },
} as const;

export const PROXY = {
  type: 'object',
  additionalProperties: false,
  properties: {
    enabled: BOOLEAN,
    authentication: {
      type: 'array',
      minItems: 1,
      uniqueItems: true,
      items: { type: 'string', enum: ['key', 'jwt'], title: 'authentication' },
    },
    jwt: JWT,
    front: { type: 'string', enum: ['function_url', 'cloudfront', 'rest_api'], title: 'front' },
    domain: DOMAIN,
    web_acl: {
      type: 'object',
      additionalProperties: false,
      required: ['arn'],
      properties: {
        arn: {
          type: 'string',
          pattern:
            '^arn:[a-z-]+:wafv2:[a-z0-9-]+:[0-9]{12}:(global|regional)/webacl/[^/]+/[0-9a-f-]+$',
          title: 'the ARN of a web ACL',
          description: 'use arn:aws:wafv2:<region>:<account>:<scope>/webacl/<name>/<id>',
        },
      },
    },
    cloudfront: {
      type: 'object',
      additionalProperties: false,
      properties: {
        access_log_bucket: {
          type: 'string',
          pattern: '^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\\.s3\\.[a-z0-9.-]*amazonaws\\.com$',
          title: 'the domain name of a bucket',
          description: 'use one such as "logs.s3.amazonaws.com"',
        },
      },
    },
    rest_api: REST_API,
    stream_seconds: { type: 'integer', minimum: 30, maximum: 900 },
    allow_origins: ORIGINS,
    allow_fields: {
      type: 'array',
      uniqueItems: true,
      items: {
        type: 'string',
        pattern: '^[A-Za-z][A-Za-z0-9_.]{0,255}$',
        title: 'the path of a field',
        description: 'use the path in a request, such as "additionalModelRequestFields.top_k"',
      },
    },
  },
} as const;
