/** Requests and responses as the README and docs/calling.md show them. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import {
  type Answer,
  type Json,
  pathOf,
  type RunningSandbox,
  runSandbox,
} from './support/run-sandbox.ts';

// A busy machine is not a failure.
jest.setTimeout(180_000);

const HOST = 'http://127.0.0.1:8787';
const PAGES = ['README.md', 'docs/calling.md'];

interface Example {
  readonly command: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly times: number;
  /** The answer that the page shows. */
  readonly shown: Json;
}

/** Each curl command to the sandbox, with the block of JSON that follows it. */
function examplesOf(page: string): Example[] {
  const text = readFileSync(pathOf(page), 'utf8');
  return Array.from(text.matchAll(/^```sh\n(.*?)^```$(?=(.*))/gms))
    .filter(([, command = '']) => command.includes('curl -s') && command.includes(" -d '"))
    .filter(([, command = '']) => command.includes(HOST))
    .map(([, command = '', rest = '']) => {
      const flags = Array.from(command.matchAll(/-H '([^:']+): ([^']+)'/g));
      return {
        command,
        path: new RegExp(`${HOST}(/\\S+)`).exec(command)?.[1] ?? '',
        headers: Object.fromEntries(flags.map(([, name, value]) => [name, value])),
        body: /-d '(.*?)'/s.exec(command)?.[1] ?? '',
        times: /\bfor i in ([\d ]+);/.exec(command)?.[1]?.split(' ').length ?? 1,
        shown: JSON.parse(/^```json\n(.*?)^```$/ms.exec(rest)?.[1] ?? ''),
      };
    });
}

/** Whether the answer has all that is shown; `…` is for the rest of a text. */
function expectShown(answer: Json, shown: Json): void {
  if (typeof shown === 'string' && shown.endsWith('…')) {
    expect(answer).toEqual(expect.stringContaining(shown.slice(0, -1)));
  } else if (Array.isArray(shown)) {
    for (const [i, each] of shown.entries()) expectShown(answer[i], each);
  } else if (typeof shown === 'object' && shown !== null) {
    for (const [name, value] of Object.entries(shown)) expectShown(answer[name], value);
  } else {
    expect(answer).toEqual(shown);
  }
}

describe.each(PAGES)('%s', (page) => {
  const examples = examplesOf(page);
  let sandbox: RunningSandbox;
  beforeAll(async () => {
    sandbox = await runSandbox();
  });
  let hour = 10;
  beforeEach(async () => {
    // Each example in a separate hour, far from the end of a minute.
    hour += 1;
    await sandbox.post('/_sandbox/clock', { now: `2026-11-23T${hour}:00:05.000Z` });
  });
  afterAll(() => sandbox.stop());

  test('has examples', () => {
    expect(examples.length).toBeGreaterThan(1);
  });

  test.each(examples)('$command', async ({ path, headers, body, times, shown }) => {
    let last: Answer | undefined;
    for (let sent = 0; sent < times; sent += 1)
      last = await sandbox.post(path, JSON.parse(body), headers);
    expectShown(last?.body, shown);
    expect([200, shown.status]).toContain(last?.status);
  });
});
