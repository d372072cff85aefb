/** The console: sends requests, and polls the sandbox every two seconds. */
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
/** Each has a list of those near to their limits. */
const PERS = ['user', 'key', 'session'];

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
/** Only the latest poll continues: a response can arrive after a newer poll has started. */
let looks = 0;

function state(text: string, tone: 'good' | 'near' | 'bad'): void {
  const shown = byId('state', HTMLElement);
  if (shown.textContent === text) return;
  shown.className = `pill ${tone}`;
  shown.textContent = text;
}

/** Polls immediately, and then every two seconds while the page is visible. */
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
      () => state('not responding', 'bad'),
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
  const near = PERS.map(async (per) =>
    isAsked ? listAt((await api.get(`/v1/usage?per=${per}`)).body, 'holders') : [],
  );
  const [usage, holders, audit, alerts, reached] = await Promise.all([
    isAsked ? api.get('/v1/usage') : undefined,
    Promise.all(near),
    list('/_sandbox/audit'),
    list('/_sandbox/alerts'),
    list('/_sandbox/bedrock/requests'),
  ]);
  byId('clock', HTMLTimeElement).textContent = moment(textAt(settings, 'now'));
  const limits = byId('limits', HTMLElement);
  if (usage?.status === 200) showLimits(limits, usage.body, holders.flat());
  else sayWhyNot(limits, usage?.body);
  showAudit(byId('audit', HTMLElement), audit);
  showAlerts(byId('alerts', HTMLElement), alerts);
  showReached(byId('reached', HTMLElement), reached);
}

function sayWhyNot(limits: Element, problem: unknown): void {
  const why = textAt(problem, 'detail') || 'Limits are shown to callers that sign or send a token.';
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
