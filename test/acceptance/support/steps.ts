/** Tests of which each one relies on the ones before it. */
import { test } from '@jest/globals';

export const STEP_MS_MAX = 600_000;

let failed: string | undefined;

/** A test of a chain: after one has failed, the others fail at once. */
export function step(name: string, run: () => Promise<void>): void {
  const unlessFailed = async () => {
    if (failed !== undefined) throw new Error(`not run, as this failed: ${failed}`);
    failed = name;
    await run();
    failed = undefined;
  };
  test(name, unlessFailed, STEP_MS_MAX);
}
