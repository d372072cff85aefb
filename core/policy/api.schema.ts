/** The tfvars shape of the variable `api`, as a part of the operations schema. */
import { BOOLEAN, ORIGINS, TEXT, TEXTS, THROTTLING } from './value.schema.ts';

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
        allow_origins: { ...ORIGINS, minItems: 1 },
      },
    },
    function_url: BOOLEAN,
  },
} as const;
