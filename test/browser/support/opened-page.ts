/** A page in a separate tab, and what it did. */
import type { Browser, BrowserContext, Page } from 'playwright-core';

export interface Opened {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Requests of the page, and errors that it or the browser logged. */
  readonly asked: string[];
  readonly complaints: string[];
}

export async function openPage(
  browser: Browser,
  url: string,
  colorScheme: 'light' | 'dark',
  width = 1080,
): Promise<Opened> {
  const context = await browser.newContext({ colorScheme, viewport: { width, height: 900 } });
  const page = await context.newPage();
  const [asked, complaints]: [string[], string[]] = [[], []];
  page.on('request', (request) => asked.push(request.url()));
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(url, { waitUntil: 'load' });
  return { page, context, asked, complaints };
}

/** How many pixels of the page are beyond the window's edge; none where it is 0 or less. */
export const overflow = (page: Page): Promise<number> =>
  page.evaluate('document.documentElement.scrollWidth - window.innerWidth');
