/** Selects the identity of the page's calls, with `--identity on`. */
import type { Api } from './api.ts';
import type { Credentials } from './curl.ts';
import { byId, offer } from './dom.ts';
import { listAt, textAt } from './values.ts';

const NO_CREDENTIALS = 'no-credentials';

export class Caller {
  readonly #api: Api;
  readonly #select = byId('caller', HTMLSelectElement);
  #roles: readonly unknown[] = [];

  /** @param changed is called when the caller changes. */
  constructor(api: Api, changed: () => void) {
    this.#api = api;
    this.#select.addEventListener('change', () => {
      this.#use();
      changed();
    });
  }

  /** Shows the choices; the first token is used until another one is selected. */
  async ask(): Promise<void> {
    const [known, minted] = await Promise.all([
      this.#api.get('/_sandbox/identities'),
      this.#api.post('/_sandbox/token', { claims: {} }),
    ]);
    this.#roles = listAt(known.body, 'roles');
    offer(this.#select, [
      ...listAt(known.body, 'tokens').map((each) => ({
        value: textAt(each, 'token'),
        text: `token for ${textAt(each, 'costCenter')}`,
      })),
      { value: textAt(minted.body, 'token'), text: 'token without claims' },
      { value: NO_CREDENTIALS, text: 'no credentials (401)' },
    ]);
    this.#use();
    byId('identity', HTMLElement).hidden = false;
  }

  #use(): void {
    const { value } = this.#select;
    this.#api.token = value === NO_CREDENTIALS ? '' : value;
  }

  /** Access keys if a role of the cost center is known, otherwise the page's token. */
  credentials(costCenter: string): Credentials | undefined {
    const role = this.#roles.find((each) => textAt(each, 'costCenter') === costCenter);
    if (role !== undefined) {
      const [accessKeyId, secretAccessKey] = [
        textAt(role, 'accessKeyId'),
        textAt(role, 'secretAccessKey'),
      ];
      return { accessKeyId, secretAccessKey };
    }
    return this.#api.token === '' ? undefined : { token: this.#api.token };
  }
}
