/** Method: the page of `cost-sentry report` from a loopback server, in a real Chromium. */
import { mkdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { close, listen } from '../../sandbox/base/loopback-server.ts';
import { startBrowser } from './support/browser.ts';
import { examplePage, exampleReport, hostilePage, PRINTED } from './support/example-report.ts';
import { type Opened, openPage, overflow } from './support/opened-page.ts';
import { withPrinted } from './support/printed.ts';

const SCREENSHOTS = '.cache/browser';
const HOSTILE = `<img src="/stolen" onerror="fetch('/stolen')"><script>fetch('/stolen')</script>`;

let pages: Readonly<Record<string, string>>;
let server: Server;
let url: string;
let browser: Browser;
beforeAll(async () => {
  pages = { '/report': await examplePage(), '/hostile': await hostilePage(HOSTILE) };
  server = createServer((request, response) => {
    const page = pages[request.url ?? ''];
    response.writeHead(page === undefined ? 404 : 200, { 'content-type': 'text/html' });
    response.end(page);
  });
  url = await listen(server);
  browser = await startBrowser();
  mkdirSync(SCREENSHOTS, { recursive: true });
});
afterAll(async () => {
  await browser?.close();
  await close(server);
});

const open = (path: string, colorScheme: 'light' | 'dark', width?: number): Promise<Opened> =>
  openPage(browser, `${url}${path}`, colorScheme, width);

const background = (page: Page): Promise<string> =>
  page.evaluate('getComputedStyle(document.body).backgroundColor');

describe('the page', () => {
  test.each(['light', 'dark'] as const)(
    'asks for nothing and complains of nothing: %s',
    async (scheme) => {
      const { page, context, asked, complaints } = await open('/report', scheme);
      await page.screenshot({ path: `${SCREENSHOTS}/report-${scheme}.png`, fullPage: true });
      expect([asked, complaints]).toEqual([[`${url}/report`], []]);
      expect(await overflow(page)).toBeLessThanOrEqual(0);
      expect(await background(page)).toBe(
        scheme === 'dark' ? 'rgb(15, 19, 25)' : 'rgb(246, 247, 249)',
      );
      await context.close();
    },
  );

  test('is white on paper, also from a dark system, and fits', async () => {
    const { page, context } = await open('/report', 'dark');
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    await page.screenshot({ path: `${SCREENSHOTS}/report-print.png`, fullPage: true });
    expect(await background(page)).toBe('rgb(255, 255, 255)');
    expect(await page.evaluate('getComputedStyle(document.querySelector("h1")).color')).toBe(
      'rgb(22, 25, 31)',
    );
    await page.setViewportSize({ width: 718, height: 1000 });
    expect(await overflow(page)).toBeLessThanOrEqual(0);
    expect((await page.pdf({ format: 'A4', preferCSSPageSize: true })).length).toBeGreaterThan(
      10_000,
    );
    await context.close();
  });

  test('fits a telephone', async () => {
    const { page, context } = await open('/report', 'light', 390);
    await page.screenshot({ path: `${SCREENSHOTS}/report-telephone.png`, fullPage: true });
    expect(await overflow(page)).toBeLessThanOrEqual(0);
    await context.close();
  });

  test('tells those who do not see the pictures what is in them', async () => {
    const { page, context } = await open('/report', 'light');
    const pictures = page.getByRole('img');
    expect(await pictures.count()).toBe(6);
    for (const picture of await pictures.all()) {
      const [title, description] = [picture.locator('title').first(), picture.locator('desc')];
      expect((await title.textContent())?.length).toBeGreaterThan(3);
      expect((await description.textContent())?.length).toBeGreaterThan(10);
    }
    await expectShown(page, 'sales and monthly-budget');
    await context.close();
  });

  test('has tables that add up to the total of the JSON, to the cent', async () => {
    const { page, context } = await open('/report', 'light');
    const { total } = JSON.parse(await exampleReport('--json'));
    const cents = Math.round(Number(total) * 100);
    for (const table of ['table.shares tbody tr', 'table.amounts tbody tr']) {
      const rows = await page.locator(`${table} > :nth-child(2)`).allTextContents();
      const sum = rows.reduce(
        (all, text) => all + Math.round(Number(text.replaceAll(',', '')) * 100),
        0,
      );
      expect(sum).toBe(cents);
    }
    await context.close();
  });

  test('shows markup in a name as text', async () => {
    const { page, context, asked, complaints } = await open('/hostile', 'light');
    expect([asked, complaints]).toEqual([[`${url}/hostile`], []]);
    expect(await page.locator('img, script').count()).toBe(0);
    expect(await page.locator('table.shares th').allTextContents()).toContain(HOSTILE);
    await context.close();
  });
});

async function expectShown(page: Page, name: string): Promise<void> {
  expect(await page.getByRole('img', { name }).count()).toBe(1);
}

test.each(PRINTED)('the documentation prints the report that is made: %s', async (name, flags) => {
  const text = readFileSync('docs/reporting.md', 'utf8');
  expect(text).toBe(withPrinted(text, name, await exampleReport(...flags)));
});
