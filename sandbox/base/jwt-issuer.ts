/** The sandbox's issuer of JWTs, as tokens and the functions name it. */

export const JWT_ISSUER = 'https://sandbox.invalid';
export const JWT_AUDIENCE = 'bedrock-cost-sentry';
