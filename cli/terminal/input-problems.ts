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
/** Fields whose flag has another name. */
const FLAGS: Readonly<Record<string, string>> = {
  costCenter: '--cost-center',
  expiresAt: '--expires',
  graceSeconds: '--grace',
};

/** Names the flag if the path is one, and not an argument. */
export const toFlagProblem = ({ path, message }: InputProblem): InputProblem => ({
  path: FLAGS[path] ?? (/^[a-z]+$/.test(path) && !ARGUMENTS.includes(path) ? `--${path}` : path),
  message,
});
