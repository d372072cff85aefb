/** The paths of the API, with what each takes. */

export interface Route {
  readonly method: 'GET' | 'POST';
  /** Query parameters it knows; absent: any, as probes add their own. */
  readonly parameters?: readonly string[];
}

export const ROUTES: Readonly<Record<string, Route>> = {
  '/v1/invoke': { method: 'POST', parameters: [] },
  '/v1/usage': { method: 'GET', parameters: ['costCenter', 'per', 'user', 'limit', 'after'] },
  '/v1/tokens': { method: 'POST', parameters: [] },
  '/v1/models': { method: 'GET', parameters: [] },
  '/openapi.json': { method: 'GET', parameters: [] },
  '/healthz': { method: 'GET' },
};
