/** A Chromium of this machine's: the one that `CHROMIUM_PATH` names, or `chromium` on the PATH. */
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

function chromiumPath({ CHROMIUM_PATH, PATH = '' } = process.env): string {
  const found = PATH.split(delimiter)
    .map((folder) => join(folder, 'chromium'))
    .find((file) => existsSync(file));
  const path = CHROMIUM_PATH || found;
  if (path === undefined) throw new Error('no chromium: run scripts/install-tools.sh chromium');
  return path;
}

/** Without its sandbox, which containers forbid: it opens pages of this project only. */
export const startBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath: chromiumPath(),
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
  });
