/**
 * Makes the pictures and printed reports of docs/reporting.md from the example:
 * `npm run docs:pictures`.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import type { Browser } from 'playwright-core';
import { startBrowser } from './browser.ts';
import { examplePage, exampleReport, PRINTED } from './example-report.ts';
import { withPrinted } from './printed.ts';

const DOCUMENT = 'docs/reporting.md';
const SIZE = { width: 1000, height: 1700 };

async function photograph(browser: Browser, page: string, colorScheme: 'light' | 'dark') {
  const tab = await browser.newPage({ viewport: SIZE, colorScheme });
  await tab.setContent(page);
  await tab.screenshot({ path: `docs/report-${colorScheme}.png` });
  await tab.close();
}

const browser = await startBrowser();
try {
  const page = await examplePage();
  await photograph(browser, page, 'light');
  await photograph(browser, page, 'dark');
} finally {
  await browser.close();
}
let text = readFileSync(DOCUMENT, 'utf8');
for (const [name, flags] of PRINTED) text = withPrinted(text, name, await exampleReport(...flags));
writeFileSync(DOCUMENT, text);
