/** The tfvars shape of the variable `api`, as a part of the operations schema. */
import { BOOLEAN, TEXT, TEXTS, THROTTLING } from './value.schema.ts';

export const API = {
  type: 'object',
  additionalProperties: false,
  properties: {
    enabled: BOOLEAN,
    authorization: { type: 'string', enum: ['iam', 'jwt', 'none'], title: 'authorization' },
    jwt: {
      type: 'object',
      additionalProperties: false,
      required: ['issuer', 'audience'],
      properties: {
        issuer: TEXT,
        audience: { ...TEXTS, title: 'audience', minItems: 1 },
        user_claim: TEXT,
        groups_claim: TEXT,
      },
    },
    throttling: THROTTLING,
    cors: {
      type: 'object',
      additionalProperties: false,
      required: ['allow_origins'],
      properties: {
        allow_origins: {
          type: 'array',
          title: 'origin',
          minItems: 1,
          uniqueItems: true,
          items: {
            type: 'string',
            pattern: '^https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?$',
            title: 'an origin',
            description: 'write one without wildcards, such as "https://app.example.com"',
          },
        },
      },
    },
    function_url: BOOLEAN,
  },
} as const;
