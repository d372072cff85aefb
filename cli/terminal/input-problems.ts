/** Prints problems of a command's input, as text or JSON. */
import type { InputProblem } from '../../core/input-problem.ts';
import type { ExitCode, Io } from './io.ts';

interface JsonFlag {
  readonly json?: boolean;
}

export const toJsonText = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** @param problems with paths as shown: a flag with its hyphens. */
export function failWithProblems(
  problems: readonly InputProblem[],
  { json = false }: JsonFlag,
  io: Io,
): ExitCode {
  if (json) io.out(toJsonText({ problems }));
  else for (const { path, message } of problems) io.err(`${path}: ${message}\n`);
  return 2;
}

/** The same for problems named by field: text output names the flag to correct. */
export const failWithFlagProblems = (
  problems: readonly InputProblem[],
  options: JsonFlag,
  io: Io,
): ExitCode => failWithProblems(options.json ? problems : problems.map(toFlagProblem), options, io);

const ARGUMENTS = ['limit', 'id'];
/** Fields of requests whose flag has another name. */
const FLAGS: ReadonlyMap<string, string> = new Map([
  ['costCenter', '--cost-center'],
  ['expiresAt', '--expires'],
  ['graceSeconds', '--grace'],
  ['max_tokens', '--max-tokens'],
  ['$.model', '--model'],
  ['$.tags.costCenter', '--cost-center'],
  ['$.tags.applicationId', '--application'],
  ['$.tags.environment', '--environment'],
  ['$.prompt.parameters.max_tokens', '--max-tokens'],
  ['$.prompt.requestMetadata.user', '--user'],
  ['$.inferenceConfig.maxTokens', '--max-tokens'],
  ['$.requestMetadata.user', '--user'],
]);

const flagOf = (field: string): string | undefined =>
  FLAGS.get(field) ??
  (/^[a-z]+$/.test(field) && !ARGUMENTS.includes(field) ? `--${field}` : undefined);

/** A text of the core names fields of requests in backquotes: here these are flags. */
export const withFlags = (text: string): string =>
  text.replace(/`(\w+)`/g, (mention, field: string) => flagOf(field) ?? mention);

/** Names the flag if the path is one, and not an argument. */
export const toFlagProblem = ({ path, message }: InputProblem): InputProblem => ({
  path: flagOf(path) ?? path,
  message: withFlags(message),
});
