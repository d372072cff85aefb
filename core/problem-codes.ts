/** HTTP status and title of every problem; the codes are stable and documented in docs/errors.md. */

export const PROBLEM_CODES = {
  invalid_request: [400, 'The request is not valid'],
  unknown_model: [400, 'The model is not known'],
  model_not_allowed: [400, 'The cost center may not use this model'],
  unknown_cost_center: [400, 'The cost center is not known'],
  cost_center_mismatch: [400, 'Two cost centers are named'],
  application_not_allowed: [400, 'The cost center does not pay for this application'],
  unknown_environment: [400, 'The application has no such environment'],
  forbidden_cost_center: [403, 'The caller may not spend from this cost center'],
  forbidden_application: [403, 'The caller may not call for this application'],
  forbidden_environment: [403, 'The caller may not call for this environment'],
  forbidden_user: [403, 'The caller is another user'],
  unauthenticated: [401, 'The caller is not known'],
  not_found: [404, 'There is nothing here'],
  method_not_allowed: [405, 'The method is not allowed here'],
  payload_too_large: [413, 'The request is too large'],
  unsupported_media_type: [415, 'The body is not JSON'],
  request_in_progress: [409, 'Request in progress'],
  request_completed: [409, 'Request already completed'],
  idempotency_key_reused: [422, 'Idempotency key used for another request'],
  limit_exceeded: [429, 'Spending limit reached'],
  invocation_failed: [502, 'The model call failed'],
  ledger_unavailable: [503, 'The ledger cannot be reached'],
  policy_unavailable: [503, 'The policy cannot be loaded'],
  workflow_unavailable: [503, 'The workflow did not answer'],
} as const;

export type ProblemCode = keyof typeof PROBLEM_CODES;
