/** The request form, the request it sends, and the equivalent command. */
import { showAnswer, showAnswers } from './answer.ts';
import type { Api } from './api.ts';
import { type Credentials, curlOf } from './curl.ts';
import { asChoices, byId, make, offer } from './dom.ts';
import { listAt, textAt } from './values.ts';

const BURST = 20;

const FIELDS = {
  model: byId('model', HTMLSelectElement),
  costCenter: byId('cost-center', HTMLSelectElement),
  application: byId('application', HTMLSelectElement),
  environment: byId('environment', HTMLSelectElement),
  maxTokens: byId('max-tokens', HTMLInputElement),
  message: byId('message', HTMLTextAreaElement),
};
const BUTTONS = [byId('send', HTMLButtonElement), byId('send-20', HTMLButtonElement)];

interface FormParts {
  readonly api: Api;
  readonly credentials: (costCenter: string) => Credentials | undefined;
  /** Called when all responses have arrived. */
  readonly sent: () => void;
}

const named = (list: readonly unknown[], name: string): unknown =>
  list.find((each) => textAt(each, 'name') === name);

export class RequestForm {
  readonly #parts: FormParts;
  #settings: unknown;
  #isSending = false;

  constructor(parts: FormParts) {
    this.#parts = parts;
    const form = byId('request', HTMLFormElement);
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#send(1);
    });
    form.addEventListener('input', () => this.#update());
    FIELDS.costCenter.addEventListener('input', () => this.#selectModel());
    byId('send-20', HTMLButtonElement).addEventListener('click', () => void this.#send(BURST));
    byId('copy', HTMLButtonElement).addEventListener('click', () => void copyCurl());
  }

  /** @param settings of `/_sandbox/settings`. */
  async offer(settings: unknown): Promise<void> {
    this.#settings = settings;
    const centers = listAt(settings, 'costCenters').map((each) => textAt(each, 'name'));
    offer(FIELDS.costCenter, asChoices(centers));
    await this.offerModels();
    this.#update();
  }

  /** Updated for each caller: without access no models are listed, only the cost centers' own. */
  async offerModels(): Promise<void> {
    const isKnown = this.#parts.api.token !== '' || textAt(this.#settings, 'identity') === 'off';
    const { body } = isKnown ? await this.#parts.api.get('/v1/models') : { body: {} };
    const models = listAt(body, 'models').map((model) => {
      const [input, output] = [textAt(model, 'price', 'input'), textAt(model, 'price', 'output')];
      const value = textAt(model, 'alias');
      return { value, text: `${value}: USD ${input} in, ${output} out per 1M tokens` };
    });
    const centers = listAt(this.#settings, 'costCenters').map((center) => {
      const value = textAt(center, 'name');
      return { value, text: `${value}: default model of the cost center` };
    });
    offer(FIELDS.model, [...models, ...centers]);
    this.#selectModel();
    this.#update();
  }

  /** Selects the cost center's default model, if the caller can use it. */
  #selectModel(): void {
    const center = named(listAt(this.#settings, 'costCenters'), FIELDS.costCenter.value);
    const [model = ''] = listAt(center, 'models').map(String);
    const isOffered = [...FIELDS.model.options].some(({ value }) => value === model);
    if (isOffered) FIELDS.model.value = model;
  }

  /** Updates the choices that depend on others. */
  #update(): void {
    const center = named(listAt(this.#settings, 'costCenters'), FIELDS.costCenter.value);
    const applications = listAt(center, 'applications');
    offer(FIELDS.application, asChoices(applications.map((each) => textAt(each, 'name'))));
    const application = named(applications, FIELDS.application.value);
    offer(FIELDS.environment, asChoices(listAt(application, 'environments').map(String)));
    byId('curl', HTMLElement).textContent = curlOf(
      location.origin,
      requestBody(),
      this.#parts.credentials(FIELDS.costCenter.value),
    );
    byId('copied', HTMLOutputElement).textContent = '';
  }

  async #send(times: number): Promise<void> {
    if (this.#isSending) return;
    this.#show(true);
    const container = byId('answer', HTMLElement);
    const body = requestBody();
    container.replaceChildren(make('p', 'soft', 'Waiting for the response…'));
    try {
      const calls = Array.from({ length: times }, () => this.#parts.api.post('/v1/invoke', body));
      const answers = await Promise.all(calls);
      const [first] = answers;
      if (times === 1 && first) showAnswer(container, first);
      else showAnswers(container, answers);
    } catch {
      container.replaceChildren(make('p', 'bad', 'Sandbox is not responding. Is it running?'));
    } finally {
      this.#show(false);
      this.#parts.sent();
    }
  }

  /** Not `disabled`, which would take the focus from who sends with the keyboard. */
  #show(isSending: boolean): void {
    this.#isSending = isSending;
    for (const button of BUTTONS) button.ariaDisabled = String(isSending);
  }
}

/** The fields as they are: the sentry checks them. */
function requestBody(): unknown {
  const { model, costCenter, application, environment, maxTokens, message } = FIELDS;
  const parameters = maxTokens.value === '' ? {} : { max_tokens: Number(maxTokens.value) };
  return {
    model: model.value,
    prompt: { messages: [{ role: 'user', content: message.value }], parameters },
    tags: {
      applicationId: application.value,
      costCenter: costCenter.value,
      environment: environment.value,
    },
  };
}

async function copyCurl(): Promise<void> {
  const curl = byId('curl', HTMLElement);
  const result = byId('copied', HTMLOutputElement);
  try {
    await navigator.clipboard.writeText(curl.textContent ?? '');
    result.textContent = 'copied';
  } catch {
    getSelection()?.selectAllChildren(curl);
    result.textContent = 'selected: press Ctrl+C to copy';
  }
}
