/** Runs the sweep every minute, as EventBridge Scheduler does on AWS. */

interface Scheduled {
  invoke(event: object): Promise<unknown>;
}

const SWEEP_MS = 60_000;

/**
 * A run that takes longer than the interval delays the next one.
 * @returns a function that stops the schedule and waits for a run in progress.
 */
export function scheduleSweep(sweep: Scheduled, everyMs: number = SWEEP_MS): () => Promise<void> {
  let running: Promise<unknown> | undefined;
  const run = async () => {
    try {
      await sweep.invoke({});
    } finally {
      running = undefined;
    }
  };
  const timer = setInterval(() => {
    running ??= run();
  }, everyMs);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await running;
  };
}
