/** A folder that a test writes to. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Runs a test with a folder, and deletes it. */
export async function inFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'cost-sentry-test-'));
  try {
    await run(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
