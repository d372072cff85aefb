/** HTTP status and title of every problem; the codes are stable and documented in docs/errors.md. */

export const PROBLEM_CODES = {
  invalid_request: [400, 'Invalid request'],
  unknown_model: [400, 'Unknown model'],
  model_not_allowed: [400, 'Model not allowed for this cost center'],
  unknown_cost_center: [400, 'Unknown cost center'],
  cost_center_mismatch: [400, 'Two different cost centers'],
  application_not_allowed: [400, 'Application not allowed for this cost center'],
  unknown_environment: [400, 'Unknown environment'],
  forbidden_cost_center: [403, 'Cost center not allowed for this caller'],
  forbidden_application: [403, 'Application not allowed for this caller'],
  forbidden_environment: [403, 'Environment not allowed for this caller'],
  forbidden_user: [403, 'User not allowed for this caller'],
  forbidden_operator: [403, 'Caller is not an operator'],
  unauthenticated: [401, 'Caller not authenticated'],
  not_found: [404, 'Path not found'],
  method_not_allowed: [405, 'Method not allowed'],
  payload_too_large: [413, 'Request too large'],
  unsupported_media_type: [415, 'Body is not JSON'],
  request_in_progress: [409, 'Request in progress'],
  request_completed: [409, 'Request already completed'],
  idempotency_key_reused: [422, 'Idempotency key used for another request'],
  too_many_tokens: [429, 'Too many tokens'],
  limit_exceeded: [429, 'Spending limit reached'],
  invocation_failed: [502, 'Model call failed'],
  ledger_unavailable: [503, 'Ledger unavailable'],
  identity_unavailable: [503, 'Identity provider unavailable'],
  policy_unavailable: [503, 'Policy unavailable'],
  workflow_unavailable: [503, 'The workflow did not answer'],
} as const;

export type ProblemCode = keyof typeof PROBLEM_CODES;
