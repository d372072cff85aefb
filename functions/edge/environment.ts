/** The environment of a function, checked once at its start. */

/** Of the workflow, while identity is on. */
export const DIRECT_STARTS = ['refused', 'accepted'] as const;
export const IDENTITIES = ['off', 'iam', 'jwt', 'any'] as const;

export type Environment = Readonly<Record<string, string | undefined>>;

/** @throws Error naming the variable: a function deployed without it must not start. */
export function requiredEnv(env: Environment, name: string): string {
  const value = env[name];
  if (!value) throw new Error(`the environment variable ${name} is missing`);
  return value;
}

export function oneOfEnv<T extends string>(
  env: Environment,
  name: string,
  allowed: readonly [T, ...T[]],
): T {
  const value = env[name];
  const found = allowed.find((each) => each === value);
  if (found) return found;
  if (value === undefined) return allowed[0];
  throw new Error(`the environment variable ${name} is "${value}": write ${allowed.join(', ')}`);
}

/** @returns 0 where it is not set. */
export function optionalSeconds(env: Environment, name: string): number {
  const value = env[name];
  if (value === undefined) return 0;
  if (/^[1-9]\d{0,3}$/.test(value)) return Number(value);
  throw new Error(`the environment variable ${name} is "${value}": write seconds, 1 to 9999`);
}

/** The issuer of JWTs, and where its keys are if that is not discovered. */
export function issuerFrom(env: Environment) {
  const jwksUrl = env.JWT_JWKS_URL;
  return {
    issuer: requiredEnv(env, 'JWT_ISSUER'),
    audience: requiredEnv(env, 'JWT_AUDIENCE').split('\n'),
    ...(jwksUrl !== undefined && { jwksUrl }),
  };
}
