/** Tests of which each one relies on the ones before it, and the deployment that they change. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, test } from '@jest/globals';
import { Deployment } from './deployment.ts';
import { Facade } from './facade.ts';

const STEP_MS_MAX = 600_000;

/** A deployment of an example for the tests of one file, on a separate facade. */
export function deploymentOf(example: string): { deployment: Deployment; facade: Facade } {
  const folder = mkdtempSync(join(tmpdir(), `cost-sentry-${example}-`));
  const facade = new Facade(folder);
  beforeAll(async () => {
    await facade.start();
  }, STEP_MS_MAX);
  afterAll(async () => {
    await facade.close();
    rmSync(folder, { recursive: true, force: true });
  }, STEP_MS_MAX);
  return { deployment: new Deployment(facade, example), facade };
}

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
