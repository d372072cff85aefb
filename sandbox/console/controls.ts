/** Controls that delay or fail the mock, move the clock and run the sweep. */
import type { Answer, Api } from './api.ts';
import { byId } from './dom.ts';
import { moment, textAt } from './values.ts';

const HOUR_MS = 3_600_000;
const FAIL = { name: 'ThrottlingException', times: 3 };

/** @param done is called after each change. */
export function wireControls(api: Api, done: () => void): void {
  const latency = byId('latency', HTMLInputElement);
  const behave = (behavior: object) => api.post('/_sandbox/bedrock/behavior', behavior);
  const latencyMs = () => Number(latency.value);
  const act = async (said: string, action: () => Promise<Answer>) => {
    byId('done', HTMLOutputElement).textContent = await resultOf(said, action);
    done();
  };
  const onClick = (id: string, said: string, action: () => Promise<Answer>) =>
    byId(id, HTMLButtonElement).addEventListener('click', () => void act(said, action));

  byId('mock', HTMLFormElement).addEventListener('submit', (event) => {
    event.preventDefault();
    void act(`Model latency: ${latencyMs()} ms.`, () => behave({ latencyMs: latencyMs() }));
  });
  onClick('fail', `The next ${FAIL.times} model calls are throttled.`, () =>
    behave({ latencyMs: latencyMs(), fail: FAIL }),
  );
  onClick('reset-mock', 'The mock is reset.', () => {
    latency.value = '0';
    return behave({});
  });
  onClick('hour', 'The clock moved by one hour.', () => moveClock(api, (now) => now + HOUR_MS));
  onClick('month', 'The next month has begun.', () => moveClock(api, nextMonth));
  onClick('real', 'The clock shows system time.', () => api.post('/_sandbox/clock', { now: null }));
  onClick('sweep', 'Sweep finished.', () => api.post('/_sandbox/sweep', {}));
}

async function moveClock(api: Api, moved: (now: number) => number): Promise<Answer> {
  const { body } = await api.get('/_sandbox/settings');
  const now = moved(Date.parse(textAt(body, 'now')));
  return api.post('/_sandbox/clock', { now: new Date(now).toISOString() });
}

/** The first day of the next month, 00:00 UTC. */
function nextMonth(now: number): number {
  const date = new Date(now);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1);
}

async function resultOf(said: string, action: () => Promise<Answer>): Promise<string> {
  try {
    const { status, body } = await action();
    if (status !== 200) return `${status}: ${textAt(body, 'detail')}`;
    const [now, expired] = [textAt(body, 'now'), textAt(body, 'expired')];
    const results = [
      ...(now === '' ? [] : [`It is now ${moment(now)}.`]),
      ...(expired === '' ? [] : [`Expired reservations: ${expired}.`]),
    ];
    return [said, ...results].join(' ');
  } catch {
    return 'Sandbox is not responding. Is it running?';
  }
}
