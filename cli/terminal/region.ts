/** The region a command is about. */
import { loadSharedConfigFiles } from '@smithy/core/config';
import type { InputProblem } from '../../core/input-problem.ts';
import { quoted } from '../../core/safe-text.ts';
import type { Io } from './io.ts';

/** Where neither a flag, the environment nor the profile names one. */
const DEFAULT_REGION = 'us-east-1';
const REGION = /^[a-z]{2,4}(-[a-z]+)+-\d{1,2}$/;

/** The flag wins over the environment, as with AWS's own tools. */
export const regionOf = (given: string | undefined, { env }: Pick<Io, 'env'>): string =>
  given ?? (env.AWS_REGION || DEFAULT_REGION);

/** Of the shared files of AWS's tools. A file that cannot be read is left to the AWS SDK. */
export async function profileRegion(env: Io['env']): Promise<string | undefined> {
  const [configFilepath, filepath] = [env.AWS_CONFIG_FILE, env.AWS_SHARED_CREDENTIALS_FILE];
  const { configFile, credentialsFile } = await loadSharedConfigFiles({
    ...(configFilepath && { configFilepath }),
    ...(filepath && { filepath }),
  });
  const profile = env.AWS_PROFILE || 'default';
  return configFile[profile]?.region ?? credentialsFile[profile]?.region;
}

export const regionProblems = (region: string): InputProblem[] =>
  REGION.test(region)
    ? []
    : [{ path: '--region', message: `must be a region such as eu-west-1, got ${quoted(region)}` }];
