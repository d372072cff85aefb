/** The console: a request to send, and a look at the sandbox every two seconds. */
import { showAlerts, showAudit, showReached } from './activity.ts';
import { Api } from './api.ts';
import { wireControls } from './controls.ts';
import { byId, make, redraw } from './dom.ts';
import { Caller } from './identity.ts';
import { showLimits } from './limits.ts';
import { RequestForm } from './request-form.ts';
import { listAt, moment, textAt } from './values.ts';

const POLL_MS = 2_000;
const LAST = 20;

const api = new Api();
const caller = new Caller(api, () => {
  void form.offerModels();
  poll();
});
const form = new RequestForm({
  api,
  credentials: (costCenter) => caller.credentials(costCenter),
  sent: () => poll(),
});
let timer: ReturnType<typeof setTimeout> | undefined;
let isOffered = false;
/** Only the latest look goes on: an answer may come after the question is out of date. */
let looks = 0;

function state(text: string, tone: 'good' | 'near' | 'bad'): void {
  const shown = byId('state', HTMLElement);
  if (shown.textContent === text) return;
  shown.className = `pill ${tone}`;
  shown.textContent = text;
}

/** Looks now, and again every two seconds while somebody sees the page. */
function poll(): void {
  clearTimeout(timer);
  looks += 1;
  const own = looks;
  if (document.hidden) {
    state('paused', 'near');
    return;
  }
  look()
    .then(
      () => state('live', 'good'),
      () => state('the sandbox does not answer', 'bad'),
    )
    .finally(() => {
      if (own === looks) timer = setTimeout(poll, POLL_MS);
    });
}

async function look(): Promise<void> {
  const { body: settings } = await api.get('/_sandbox/settings');
  if (!isOffered) await start(settings);
  const isAsked = textAt(settings, 'identity') === 'off' || api.token !== '';
  const list = async (path: string) => listAt((await api.get(`${path}?last=${LAST}`)).body);
  const [usage, audit, alerts, reached] = await Promise.all([
    isAsked ? api.get('/v1/usage') : undefined,
    list('/_sandbox/audit'),
    list('/_sandbox/alerts'),
    list('/_sandbox/bedrock/requests'),
  ]);
  byId('clock', HTMLTimeElement).textContent = moment(textAt(settings, 'now'));
  const limits = byId('limits', HTMLElement);
  if (usage?.status === 200) showLimits(limits, usage.body);
  else sayWhyNot(limits, usage?.body);
  showAudit(byId('audit', HTMLElement), audit);
  showAlerts(byId('alerts', HTMLElement), alerts);
  showReached(byId('reached', HTMLElement), reached);
}

function sayWhyNot(limits: Element, problem: unknown): void {
  const why = textAt(problem, 'detail') || 'Only who signs, or sends a token, sees the limits.';
  redraw(limits, why, () => [make('p', 'near', why)]);
}

async function start(settings: unknown): Promise<void> {
  isOffered = true;
  byId('real-models', HTMLElement).hidden = textAt(settings, 'bedrock') !== 'aws';
  if (textAt(settings, 'identity') === 'on') await caller.ask();
  await form.offer(settings);
}

wireControls(api, poll);
document.addEventListener('visibilitychange', poll);
poll();
