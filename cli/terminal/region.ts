/** The region a command is about. */
import type { InputProblem } from '../../core/input-problem.ts';
import { quoted } from '../../core/safe-text.ts';
import type { Io } from './io.ts';

/** Where neither a flag nor the environment names one. */
const DEFAULT_REGION = 'us-east-1';
const REGION = /^[a-z]{2,4}(-[a-z]+)+-\d{1,2}$/;

/** The flag wins over the environment, as with AWS's own tools. */
export const regionOf = (given: string | undefined, { env }: Pick<Io, 'env'>): string =>
  given ?? (env.AWS_REGION || env.AWS_DEFAULT_REGION || DEFAULT_REGION);

export const regionProblems = (region: string): InputProblem[] =>
  REGION.test(region)
    ? []
    : [{ path: '--region', message: `must be a region such as eu-west-1, got ${quoted(region)}` }];
