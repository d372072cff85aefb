/** The paths of operators, with what each takes. */
import { PERS } from '../../core/policy/policy.ts';
import { PAGE_PARAMETERS } from '../edge/page.ts';
import type { Routes } from '../edge/routes.ts';
import { USAGE_PARAMETERS } from '../edge/usage-answer.ts';

export const ROUTES = {
  '/v1/operator/usage': { GET: { parameters: USAGE_PARAMETERS } },
  '/v1/operator/limits': { GET: { parameters: PERS }, POST: { parameters: [] } },
  '/v1/operator/keys': { GET: { parameters: PAGE_PARAMETERS }, POST: { parameters: [] } },
  '/v1/operator/keys/revoke': { POST: { parameters: [] } },
  '/v1/operator/keys/rotate': { POST: { parameters: [] } },
} as const satisfies Routes;
