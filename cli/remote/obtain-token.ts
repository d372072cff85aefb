/** Gets a token from the cache, from `POST /v1/tokens`, or from the function itself. */
import { stsUrlOf } from '../../core/call/identity/identity-proof.ts';
import { LIFETIME_SECONDS_MAX, LIFETIME_SECONDS_MIN } from '../../core/call/identity/tokens.ts';
import { LedgerUnavailableError, SentryError } from '../../core/errors.ts';
import type { InputProblem } from '../../core/input-problem.ts';
import { durationMs } from '../../core/policy/parse-until.ts';
import { printable, quoted } from '../../core/safe-text.ts';
import { parseIsoTime } from '../../core/time.ts';
import { stringField, toUnvalidated } from '../../core/unvalidated.ts';
import type { Io } from '../terminal/io.ts';
import { regionOf } from '../terminal/region.ts';
import { awsErrorSentence } from './aws-errors.ts';
import { callJson, parseUrl } from './http-json.ts';
import { invokeForToken } from './invoke-function.ts';
import { signedHeaders } from './sign-request.ts';
import { URL_VARIABLE } from './target.ts';
import { type CachedToken, tokenCache } from './token-cache.ts';

export interface WantedToken {
  readonly url?: string;
  /** ARN of the function, where there is no API. */
  readonly function?: string;
  readonly operator?: boolean;
  readonly expires: string;
  readonly renew?: boolean;
  /** False with `--no-cache`. */
  readonly cache: boolean;
}

/** The URL can include the route, if it was copied from a request. */
const ROUTE = /(?:\/v1(?:\/tokens)?)?\/?$/;
/** A token is printed with at least this left: clients keep it for minutes. */
const LEFT_MS = 10 * 60_000;

export async function obtainToken(options: WantedToken, io: Io): Promise<Obtained> {
  const asked = requestOf(options, io);
  if ('problem' in asked) return asked;
  const { source, input } = asked;
  const now = io.clock.now();
  const cache = options.cache
    ? tokenCache(io.env, [nameOf(source), input.operator ? 'operator' : 'caller'])
    : undefined;
  const cached = await cache?.read(now);
  // One that is valid for a shorter time than this is renewed after half of it.
  const left = Math.min(LEFT_MS, (input.expiresInSeconds * 1_000) / 2);
  if (cached && !options.renew && isValidFor(cached, left, now)) return { token: cached };
  let minted: Obtained;
  try {
    minted = await mint(source, input, io);
  } catch (error) {
    const sentence =
      awsErrorSentence(error, io.env) ?? (error instanceof SentryError ? error.message : undefined);
    if (!cached || options.renew || sentence === undefined) throw error;
    io.err(`the token could not be renewed (${sentence}): the current one is still valid\n`);
    return { token: cached };
  }
  if (!('token' in minted)) return minted;
  try {
    await cache?.write(minted.token);
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'unknown error';
    io.err(`the token could not be kept for the next time (${printable(reason, 300)})\n`);
  }
  return minted;
}

interface TokenInput {
  readonly expiresInSeconds: number;
  readonly operator?: true;
}

/** The API, or the ARN of a function that is invoked directly. */
type Source = { readonly url: URL } | { readonly functionArn: string };

const nameOf = (source: Source): string => ('url' in source ? source.url.href : source.functionArn);

type TokenRequest =
  | { readonly source: Source; readonly input: TokenInput }
  | { readonly problem: InputProblem };

function requestOf(wanted: WantedToken, { env }: Io): TokenRequest {
  const source = sourceOf(wanted, env);
  if ('problem' in source) return source;
  const { operator, expires } = wanted;
  const expiresInSeconds = Math.round((durationMs(expires) ?? 0) / 1_000);
  const most = LIFETIME_SECONDS_MAX[operator ? 'operator' : 'caller'];
  // Here too: a token of the cache needs no service that would refuse it.
  if (expiresInSeconds < LIFETIME_SECONDS_MIN || expiresInSeconds > most) {
    const range = operator ? '1m to 1h for an operator' : '1m to 12h';
    const message = `must be a duration such as 30m, from ${range}, not ${quoted(expires)}`;
    return { problem: { path: 'expires', message } };
  }
  return { source, input: { expiresInSeconds, ...(operator && { operator }) } };
}

export const FUNCTION_VARIABLE = 'COST_SENTRY_FUNCTION';

function sourceOf(
  wanted: WantedToken,
  env: Io['env'],
): Source | { readonly problem: InputProblem } {
  const isFlagged = wanted.url !== undefined || wanted.function !== undefined;
  const text = isFlagged ? wanted.url : env[URL_VARIABLE] || undefined;
  const functionArn = isFlagged ? wanted.function : env[FUNCTION_VARIABLE];
  if (wanted.url !== undefined && wanted.function !== undefined) {
    return { problem: { path: 'function', message: 'conflicts with --url: use one of them' } };
  }
  if (text === undefined && functionArn) {
    if (stsUrlOf(functionArn)) return { functionArn };
    const message = `must be the ARN of a function, from Terraform output token_function_arn, not ${quoted(functionArn)}`;
    return { problem: { path: 'function', message } };
  }
  if (text === undefined) {
    const message =
      `is required (or ${URL_VARIABLE}): the API, from Terraform output api_endpoint. ` +
      `Without an API: --function (or ${FUNCTION_VARIABLE})`;
    return { problem: { path: 'url', message } };
  }
  const base = parseUrl(text);
  if ('problem' in base) return base;
  const url = new URL(base.url);
  url.pathname = `${url.pathname.replace(ROUTE, '')}/v1/tokens`;
  url.search = '';
  return { url };
}

type Obtained =
  | { readonly token: CachedToken }
  | { readonly problem: InputProblem }
  /** By the service, which knows the identity. */
  | { readonly refused: string };

async function mint(source: Source, input: TokenInput, io: Io): Promise<Obtained> {
  const { status, body } =
    'url' in source
      ? await callSigned(source.url, input, io)
      : await invokeForToken(source.functionArn, input, io);
  const asked = 'url' in source ? source.url.origin : source.functionArn;
  const fields = toUnvalidated(body);
  const [token, expiresAt] = [stringField(fields, 'token'), stringField(fields, 'expiresAt')];
  if (status === 200 && token !== undefined && expiresAt !== undefined) {
    return { token: { token, expiresAt } };
  }
  const said = stringField(fields, 'detail') ?? stringField(fields, 'message');
  const detail = said === undefined ? `status ${status}` : printable(said, 500);
  if (status === 400) return { problem: { path: 'expires', message: detail } };
  if (status === 401 || status === 403 || status === 429) {
    return { refused: `${asked} refused: ${detail}` };
  }
  throw new LedgerUnavailableError(`${asked} made no token: ${detail}`);
}

async function callSigned(url: URL, input: TokenInput, io: Io) {
  const headers = await signedHeaders({
    method: 'POST',
    url,
    body: JSON.stringify(input),
    headers: { 'content-type': 'application/json' },
    ...(url.protocol === 'http:' && { defaultRegion: regionOf(undefined, io) }),
  });
  return callJson(url, { method: 'POST', headers, input });
}

const isValidFor = ({ expiresAt }: CachedToken, ms: number, now: number): boolean =>
  (parseIsoTime(expiresAt) ?? 0) - now >= ms;
