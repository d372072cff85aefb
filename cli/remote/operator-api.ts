/** Requests to the routes of operators, of a deployed API or a sandbox. */
import { LedgerUnavailableError } from '../../core/errors.ts';
import type { InputProblem } from '../../core/input-problem.ts';
import { isJsonObject, type JsonObject } from '../../core/json-value.ts';
import { printable } from '../../core/safe-text.ts';
import { asList, stringField, toUnvalidated } from '../../core/unvalidated.ts';
import type { Io } from '../terminal/io.ts';
import { canCarryToken, TOKEN_VARIABLE } from './authorization.ts';
import { callJson, parseUrl } from './http-json.ts';
import { obtainToken } from './obtain-token.ts';

type Changed = { readonly value: JsonObject } | { readonly problems: readonly InputProblem[] };

export interface OperatorApi {
  readonly origin: string;
  /** Whether requests carry a credential: its identity is then the author of changes. */
  readonly hasIdentity: boolean;
  get(route: string, query?: Readonly<Record<string, string | undefined>>): Promise<unknown>;
  post(route: string, input: object): Promise<Changed>;
}

/** The URL can include the route, if it was copied from a request. */
const ROUTE = /(?:\/v1(?:\/operator)?(?:\/[a-z]+)*)?\/?$/;

/** Methods throw a SentryError if it does not answer, or refuses the caller. */
export function operatorApi(
  text: string,
  io: Io,
): { readonly api: OperatorApi } | { readonly problem: InputProblem } {
  const base = parseUrl(text);
  if ('problem' in base) return base;
  const { origin, pathname } = base.url;
  const root = `${origin}${pathname.replace(ROUTE, '')}`;
  const urlOf = (route: string) => new URL(`${root}${route}`);
  const given = canCarryToken(base.url) ? io.env[TOKEN_VARIABLE] : undefined;
  const hasIdentity = Boolean(given) || base.url.protocol === 'https:';
  let obtained: Promise<string> | undefined;
  const headers = async (): Promise<Readonly<Record<string, string>>> => {
    if (!hasIdentity) return {};
    obtained ??= given ? Promise.resolve(given) : ownToken(root, io);
    return { authorization: `Bearer ${await obtained}` };
  };
  return {
    api: {
      origin,
      hasIdentity,
      get: async (route, query = {}) => {
        const url = urlOf(route);
        for (const [name, value] of Object.entries(query)) {
          if (value !== undefined) url.searchParams.set(name, value);
        }
        const { status, body } = await callJson(url, { method: 'GET', headers: await headers() });
        if (status === 200) return body;
        throw refusal(url, status, body);
      },
      post: async (route, input) => {
        const url = urlOf(route);
        const request = { method: 'POST', headers: await headers(), input };
        const { status, body } = await callJson(url, request);
        if (status === 200 && isJsonObject(body)) return { value: body };
        const problems = asList(toUnvalidated(body).get('errors')).map(toProblem);
        if (status === 400 && problems.length > 0) return { problems };
        throw refusal(url, status, body);
      },
    },
  };
}

async function ownToken(url: string, io: Io): Promise<string> {
  const found = await obtainToken({ url, operator: true, expires: '1h', cache: true }, io);
  if ('token' in found) return found.token.token;
  throw new LedgerUnavailableError('refused' in found ? found.refused : found.problem.message);
}

const HINT =
  `: set ${TOKEN_VARIABLE} to the output of cost-sentry token --operator, ` +
  'with an AWS_PROFILE whose role is among "operators"';

function refusal(url: URL, status: number, body: unknown): LedgerUnavailableError {
  const fields = toUnvalidated(body);
  const said =
    stringField(fields, 'detail') ?? stringField(fields, 'message') ?? `status ${status}`;
  const detail = printable(said, 500);
  if (status === 404) {
    const fix = 'it is no API with "operators", or of another version: use --table';
    return new LedgerUnavailableError(`${url.href} was not found: ${fix}`);
  }
  const hint = status === 401 || status === 403 ? HINT : '';
  // The hint says more than the service's own advice to use this command.
  const fact = detail.replace(/(?:: [^:]*"cost-sentry token.*|\.)$/s, '');
  return new LedgerUnavailableError(`${url.origin} refused: ${fact}${hint}`);
}

const toProblem = (each: unknown): InputProblem => ({
  path: stringField(toUnvalidated(each), 'path') ?? '',
  message: printable(stringField(toUnvalidated(each), 'message') ?? '', 500),
});
