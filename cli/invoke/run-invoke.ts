/** Runs `cost-sentry invoke`: sends one prompt, and prints the answer and what it cost. */
import { KEY_PREFIX } from '../../core/call/identity/proxy-key-format.ts';
import type { InputProblem } from '../../core/input-problem.ts';
import { quoted } from '../../core/safe-text.ts';
import { authorization, TOKEN_VARIABLE } from '../remote/authorization.ts';
import { parseUrl } from '../remote/http-json.ts';
import { URL_VARIABLE } from '../remote/target.ts';
import { failWithFlagProblems, toJsonText, withFlags } from '../terminal/input-problems.ts';
import type { ExitCode, Io } from '../terminal/io.ts';
import type { Answered, PromptRequest } from './answered.ts';
import { callApi } from './call-api.ts';
import { callProxy } from './call-proxy.ts';

export interface InvokeOptions extends Omit<PromptRequest, 'prompt' | 'maxTokens'> {
  readonly prompt?: string;
  readonly maxTokens?: string;
  readonly url?: string;
  readonly auth: string;
  readonly stream?: boolean;
  readonly json?: boolean;
}

export async function invoke(
  options: InvokeOptions,
  io: Io,
  readInput: () => Promise<string>,
): Promise<ExitCode> {
  const parsed = targetOf(options, io);
  if ('problems' in parsed) return failWithFlagProblems(parsed.problems, options, io);
  const { base, authorized, isKey, maxTokens } = parsed;
  const prompt = options.prompt ?? (await readInput());
  if (prompt.trim() === '') {
    const message = 'is empty: give it, or write the prompt to standard input';
    return failWithFlagProblems([{ path: 'prompt', message }], options, io);
  }
  const request = { ...options, prompt, maxTokens };
  const write = options.stream && !options.json ? (text: string) => io.out(text) : undefined;
  const answered = isKey
    ? await callProxy(base, authorized, request, write)
    : await callApi(base, authorized, request);
  return print(answered, options, io);
}

/** As the value of a header. */
const SESSION = /^[!-~]{1,128}$/;

function targetOf(options: InvokeOptions, io: Io) {
  const text = options.url ?? io.env[URL_VARIABLE];
  if (!text) return missingUrl();
  const base = parseUrl(text);
  const problems: InputProblem[] = 'problem' in base ? [base.problem] : [];
  const tokens = options.maxTokens;
  const maxTokens = tokens === undefined ? undefined : Number(tokens);
  if (tokens !== undefined && !/^[1-9]\d{0,8}$/.test(tokens)) {
    const message = `must be a whole number above 0, got ${quoted(tokens)}`;
    problems.push({ path: '--max-tokens', message });
  }
  const { session } = options;
  if (session !== undefined && !SESSION.test(session)) {
    const message = `must be 1 to 128 letters, digits or signs of ASCII, got ${quoted(session)}`;
    problems.push({ path: 'session', message });
  }
  if ('problem' in base) return { problems };
  const authorized = authorization(options.auth, base.url, io);
  if ('problem' in authorized) return { problems: [...problems, authorized.problem] };
  // Keys and tokens of this service are those of the proxy.
  const isKey =
    authorized.sendsToken === true && (io.env[TOKEN_VARIABLE] ?? '').startsWith(KEY_PREFIX);
  if (options.stream && !isKey) {
    const message = `needs a key or token of the proxy in ${TOKEN_VARIABLE}: the API does not stream`;
    problems.push({ path: 'stream', message });
  }
  if (problems.length > 0) return { problems };
  return { base: base.url, authorized, isKey, maxTokens };
}

const missingUrl = () => ({
  problems: [
    {
      path: 'url',
      message: `is required (or ${URL_VARIABLE}): Terraform output api_endpoint, or proxy_url with a key`,
    },
  ],
});

function print(answered: Answered, options: InvokeOptions, io: Io): ExitCode {
  if (answered.outcome === 'not_valid') {
    return failWithFlagProblems(answered.problems, options, io);
  }
  if (answered.outcome !== 'succeeded') {
    if (options.json) io.out(toJsonText(answered.json));
    else io.err(`${answered.outcome}: ${withFlags(answered.detail)}\n`);
    return 1;
  }
  if (options.json) {
    io.out(toJsonText(answered.json));
    return 0;
  }
  if (answered.text !== undefined) io.out(`${answered.text}\n`);
  io.err(`${answered.facts.join('; ')}\n`);
  return 0;
}
