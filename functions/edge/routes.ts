/** Matches a request with the paths, methods and query parameters that a function takes. */
import { joinPath } from '../../core/input-path.ts';
import { quoted } from '../../core/safe-text.ts';
import { unknownValueMessage } from '../../core/schema-errors.ts';
import type { HttpEvent } from './http.ts';
import { HttpProblemError } from './http-error.ts';

type Method = 'GET' | 'POST';

interface Route {
  /** Query parameters it knows; absent: any, as probes add their own. */
  readonly parameters?: readonly string[];
}

/** By path, and then by method. */
export type Routes = Readonly<Record<string, Readonly<Partial<Record<Method, Route>>>>>;

/** HEAD is answered as GET; the body is left out by `headMiddleware`. */
const allowedMethods = (methods: Routes[string]): readonly string[] =>
  Object.keys(methods).flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));

/**
 * The path of a route; a slash at its end does not matter.
 * @throws HttpProblem 404, 405 or 400, before anything else is checked.
 */
export function routeOf(
  routes: Routes,
  { rawPath, queryStringParameters, requestContext }: HttpEvent,
): string {
  const path = rawPath.length > 1 ? rawPath.replace(/\/$/, '') : rawPath;
  const methods = Object.hasOwn(routes, path) ? routes[path] : undefined;
  if (methods === undefined) {
    const available = Object.entries(routes).flatMap(([name, each]) =>
      Object.keys(each).map((method) => `${method} ${name}`),
    );
    const detail = `Path not found. Available: ${available.join(', ')}.`;
    throw new HttpProblemError('not_found', detail);
  }
  const { method } = requestContext.http;
  const route = method === 'HEAD' ? methods.GET : methodOf(methods, method);
  if (route === undefined) {
    const allow = allowedMethods(methods);
    const detail = `${path} takes ${allow.join(' and ')} only.`;
    throw new HttpProblemError('method_not_allowed', detail, {}, { allow: allow.join(', ') });
  }
  checkParameters(path, route, Object.keys(queryStringParameters ?? {}));
  return path;
}

const methodOf = (methods: Routes[string], method: string): Route | undefined =>
  method === 'GET' || method === 'POST' ? methods[method] : undefined;

/** A misspelled parameter would otherwise be ignored, and the answer be another one. */
function checkParameters(path: string, { parameters }: Route, given: readonly string[]): void {
  if (!parameters) return;
  const errors = given
    .filter((name) => name !== '' && !parameters.includes(name))
    .map((name) => ({
      path: joinPath('query', name),
      message:
        parameters.length === 0
          ? `unknown query parameter ${quoted(name)}: ${path} takes none`
          : unknownValueMessage('query parameter', name, parameters),
    }));
  const [first] = errors;
  if (first === undefined) return;
  const detail = `${first.path}: ${first.message}`;
  throw new HttpProblemError('invalid_request', detail, { errors });
}
