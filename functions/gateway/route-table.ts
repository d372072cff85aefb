/** The paths of the API, with what each takes. */
import type { Routes } from '../edge/routes.ts';
import { USAGE_PARAMETERS } from '../edge/usage-answer.ts';

export const ROUTES: Routes = {
  '/v1/invoke': { POST: { parameters: [] } },
  '/v1/usage': { GET: { parameters: USAGE_PARAMETERS } },
  '/v1/tokens': { POST: { parameters: [] } },
  '/v1/models': { GET: { parameters: [] } },
  '/openapi.json': { GET: { parameters: [] } },
  '/healthz': { GET: {} },
};
