/** Runs `cost-sentry token`. */

import { obtainToken, type WantedToken } from '../remote/obtain-token.ts';
import { failWithFlagProblems, toJsonText } from '../terminal/input-problems.ts';
import type { ExitCode, Io } from '../terminal/io.ts';

export interface TokenOptions extends WantedToken {
  readonly json?: boolean;
}

export async function printToken(options: TokenOptions, io: Io): Promise<ExitCode> {
  const found = await obtainToken(options, io);
  if ('problem' in found) return failWithFlagProblems([found.problem], options, io);
  if ('refused' in found) {
    io.err(`${found.refused}\n`);
    return 1;
  }
  io.out(options.json ? toJsonText(found.token) : `${found.token.token}\n`);
  return 0;
}
