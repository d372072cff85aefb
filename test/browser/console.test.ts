/** Method: the console of a real sandbox in a real Chromium, used as a visitor does. */
import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, Locator, Page } from 'playwright-core';
import { type RunningSandbox, runSandbox } from '../integration/sandbox/support/run-sandbox.ts';
import { SMALL } from '../integration/sandbox/support/small-policy.ts';
import { startBrowser } from './support/browser.ts';
import { type Opened, openPage, overflow } from './support/opened-page.ts';

const SCREENSHOTS = '.cache/browser';
const HOSTILE = `<img src="/stolen" onerror="fetch('/stolen')"><script>fetch('/stolen')</script>`;
/** The line that a browser writes to its console about every response that is not a success. */
const DENIED = /^Failed to load resource: .* 429 /;

let sandbox: RunningSandbox;
let browser: Browser;
let opened: Opened;
let page: Page;
beforeAll(async () => {
  sandbox = await runSandbox('--var-file', SMALL);
  browser = await startBrowser();
  mkdirSync(SCREENSHOTS, { recursive: true });
  opened = await openPage(browser, sandbox.url, 'light');
  page = opened.page;
}, 180_000);
afterAll(async () => {
  await browser?.close();
  expect(await sandbox.stop()).toMatchObject({ code: 0 });
});

const button = (name: string): Locator => page.getByRole('button', { name });
const answer = (): Locator => page.locator('#answer');
const limit = (name: string): Locator => page.locator(`[data-limit="${name}"]`);
/** Waits until the text is in there. */
const shows = (place: Locator, text: string | RegExp): Promise<void> =>
  place.filter({ hasText: text }).first().waitFor();

describe('the console', () => {
  test('offers what the policy has, every field with its label', async () => {
    await shows(limit('retail/three'), '0 used, 0 reserved of 3 requests');
    const offered = async (label: string) =>
      (await page.getByLabel(label).locator('option').allTextContents()).join('; ');
    expect(await offered('Model')).toMatch(/^haiku: USD [\d.]+ in, [\d.]+ out.*micro: .*retail: /);
    expect(await offered('Cost center')).toBe('retail; wholesale');
    expect(await offered('Application')).toBe('faq');
    expect(await offered('Environment')).toBe('dev; production');
    await shows(page.locator('#audit'), 'No requests yet.');
  });

  test('sends a request, and shows its cost and the limit that moved', async () => {
    await sandbox.post('/_sandbox/bedrock/behavior', { text: HOSTILE });
    await page.getByLabel('Message').fill(HOSTILE);
    await button('Send').first().click();
    await shows(answer(), '200 succeeded');
    const { body } = await sandbox.get('/_sandbox/audit');
    await shows(answer(), `cost USD ${body[0].cost}`);
    await shows(limit('retail/three'), '1 used, 0 reserved of 3 requests');
    await shows(limit('retail/three'), '33 %');
    await shows(limit('retail/spend'), /USD 0\.0\d+ used/);
    await shows(page.locator('#audit'), body[0].cost);
    await shows(page.locator('#alerts'), /Limit/);
  });

  test('shows markup in a message and in an answer as text', async () => {
    await shows(answer(), HOSTILE);
    await shows(page.locator('#reached'), 'onerror');
    expect(await page.locator('img').count()).toBe(0);
  });

  test('has the same request as a command that a shell takes', async () => {
    await page.getByText('Equivalent curl command').click();
    const curl = await page.locator('#curl').textContent();
    const { stdout } = await promisify(execFile)('sh', ['-c', curl ?? '']);
    expect(JSON.parse(stdout)).toMatchObject({ outcome: 'succeeded' });
    const { body } = await sandbox.get('/_sandbox/bedrock/requests?last=1');
    expect(body[0].body.messages[0].content).toEqual([{ text: HOSTILE }]);
  });

  test('shows what came of twenty at once: the limit lets one through', async () => {
    await button('Send 20 in parallel').click();
    await shows(answer(), '200 succeeded × 1');
    await shows(answer(), '429 limit_exceeded × 19');
    await shows(limit('retail/three'), '3 used, 0 reserved of 3 requests');
  });

  test('shows a denial as one, and which limit it was', async () => {
    await button('Send').first().click();
    await shows(answer(), '429 limit_exceeded');
    await shows(answer(), 'Limit retail/three resets at');
    await shows(page.locator('#audit'), 'denied');
    await page.screenshot({ path: `${SCREENSHOTS}/console-light.png`, fullPage: true });
  });

  test('moves the clock: the next month is open again', async () => {
    await button('Next month').click();
    await shows(page.locator('#done'), /The next month has begun. It is now \d{4}-\d{2}-01 00:00/);
    await shows(limit('retail/three'), '0 used, 0 reserved of 3 requests');
  });

  test('makes the model fail, and resets it', async () => {
    await button('Throttle the next 3 calls').click();
    await shows(page.locator('#done'), 'The next 3 model calls are throttled.');
    await button('Reset mock').click();
    await shows(page.locator('#done'), 'The mock is reset.');
    await button('Send').first().press('Enter');
    await shows(answer(), '200 succeeded');
    // The keyboard can send again.
    expect(await page.evaluate('document.activeElement.id')).toBe('send');
    await button('Run sweep').click();
    await shows(page.locator('#done'), 'Expired reservations: 0.');
  });

  test('asked the sandbox only, and nothing went wrong in it', async () => {
    expect(opened.asked.filter((each) => new URL(each).origin !== sandbox.url)).toEqual([]);
    expect(opened.asked.filter((each) => each.includes('stolen'))).toEqual([]);
    expect(opened.complaints.filter((each) => !DENIED.test(each))).toEqual([]);
  });

  test('with --identity on it tells how to sign, and calls with a token', async () => {
    const signing = await openPage(browser, 'about:blank', 'light');
    const { page: own } = signing;
    await own.route('**/_sandbox/settings', async (route) => {
      const response = await route.fetch();
      await route.fulfill({ json: { ...(await response.json()), identity: 'on' } });
    });
    await own.goto(sandbox.url);
    await shows(own.locator('#identity'), 'signs with SigV4');
    const asked = await own.waitForRequest('**/v1/usage');
    expect(asked.headers().authorization).toMatch(/^Bearer [\w-]+\.[\w-]+\.[\w-]+$/);
    expect(await own.getByLabel('Call as').locator('option').allTextContents()).toEqual([
      'token for wholesale',
      'token without claims',
      'no credentials (401)',
    ]);
    await own.getByLabel('Cost center').selectOption('wholesale');
    expect(await own.locator('#curl').textContent()).toContain('--aws-sigv4');
    await own.getByLabel('Call as').selectOption({ index: 2 });
    await shows(own.locator('#limits'), 'Limits are shown to callers that sign or send a token.');
    await signing.context.close();
  });

  test('shows users near to their limits, next to the cost centers', async () => {
    const near = await openPage(browser, 'about:blank', 'light');
    const limits = [
      {
        ...{ name: 'own', window: 'day', unit: 'requests', mode: 'enforce', scope: {} },
        ...{ limit: 10, used: 9, reserved: 0, remaining: 1, utilization: 90, resetsAt: null },
        ...{ projected: 9, dependsOn: { amount: 20, groups: { temps: 10 } } },
      },
    ];
    const holders = [{ costCenter: 'retail', per: 'user', name: 'ada@example.com', limits }];
    await near.page.route('**/v1/usage?per=user', (route) => route.fulfill({ json: { holders } }));
    await near.page.goto(sandbox.url);
    const shown = near.page.locator('[data-limit="ada@example.com in retail/own"]');
    await shows(shown, '9 used, 0 reserved of 10 requests');
    await shows(shown, 'smallest amount of the groups');
    await shows(near.page.locator('#limits'), 'user ada@example.com in retail');
    expect(near.complaints).toEqual([]);
    await near.context.close();
  });

  test('shows limits that never reset or have no counter as what they are', async () => {
    const plain = await openPage(browser, 'about:blank', 'light');
    const common = { unit: 'usd', mode: 'enforce', scope: {}, used: 0, reserved: 0, projected: 0 };
    const full = { ...common, limit: 2e9, remaining: 2e9, utilization: 0, resetsAt: null };
    const override = { configured: 1e9, until: null };
    const limits = [
      { ...full, name: 'prepaid', window: 'total', override },
      { ...full, name: 'each', window: 'request' },
    ];
    const usage = { asOf: '2026-11-30T00:00:00Z', costCenters: [{ name: 'retail', limits }] };
    const holder = { kind: 'user', name: 'ada' };
    const audit = [
      { event: 'limit_override', action: 'reset', limit: 'costCenter#a/own', holder, author: 'bo' },
      { outcome: 'denied', limit: 'a/own', holder, error: { code: 'limit_exceeded' } },
    ];
    let json: object = usage;
    await plain.page.route('**/v1/usage', (route) => route.fulfill({ json }));
    await plain.page.route('**/_sandbox/audit**', (route) => route.fulfill({ json: audit }));
    await plain.page.goto(sandbox.url);
    const shown = (name: string) => plain.page.locator(`[data-limit="retail/${name}"]`);
    await shows(shown('prepaid'), 'override without an end: configured USD 1.00');
    await shows(shown('each'), 'at most USD 2.00 for each request');
    await shows(shown('each'), /^(?!.*projected).*$/s);
    await shows(plain.page.locator('#audit'), 'reset a/own of user ada by bo');
    await shows(plain.page.locator('#audit'), 'a/own of user ada, limit_exceeded');
    json = { ...usage, costCenters: [], hasPer: ['user'] };
    await shows(plain.page.locator('#limits'), 'Limits of each user: none has used');
    expect(plain.complaints).toEqual([]);
    await plain.context.close();
  });

  test('fits a telephone, in the dark', async () => {
    const telephone = await openPage(browser, sandbox.url, 'dark', 390);
    await shows(telephone.page.locator('[data-limit="retail/three"]'), '1 used');
    await telephone.page.screenshot({
      path: `${SCREENSHOTS}/console-telephone.png`,
      fullPage: true,
    });
    expect(await overflow(telephone.page)).toBeLessThanOrEqual(0);
    const alerts = telephone.page.locator('#alerts');
    expect(await alerts.evaluate((each) => each.scrollWidth - each.clientWidth)).toBe(0);
    expect(telephone.complaints).toEqual([]);
    await telephone.context.close();
  });
});
