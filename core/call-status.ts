/** How a call ended: shown to callers, in the audit log and in metrics. */

export type CallStatus =
  | 'succeeded'
  | 'failed'
  | 'denied'
  | 'not_valid'
  | 'replayed'
  | 'unavailable';
