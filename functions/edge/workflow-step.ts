/**
 * The handler of one workflow step: middy around a core function, its state kept below the limit.
 */
import middy from '@middy/core';
import type { Context } from 'aws-lambda';

export const stateBytes = (state: unknown): number => Buffer.byteLength(JSON.stringify(state));

/** Operational errors are logged as they are; the workflow's Catch states respond to the caller. */
const logErrors = {
  onError: ({ error }: { error: Error | null }) => {
    warn('the step failed', error);
  },
};

export function warn(message: string, cause?: unknown): void {
  const reason = cause instanceof Error ? { name: cause.name, message: cause.message } : undefined;
  const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : undefined;
  console.warn({ message, ...(reason && { reason }), ...(inner && { inner: inner.message }) });
}

export const workflowStep = <In, Out>(run: (input: In, context: Context) => Promise<Out>) =>
  middy<In, Out>({ timeoutEarlyInMillis: 0 }).use(logErrors).handler(run);
