/** As whom the page calls, with `--identity on`. */
import type { Api } from './api.ts';
import type { Credentials } from './curl.ts';
import { byId, offer } from './dom.ts';
import { listAt, textAt } from './values.ts';

const NOBODY = 'nobody';

export class Caller {
  readonly #api: Api;
  readonly #select = byId('caller', HTMLSelectElement);
  #roles: readonly unknown[] = [];

  /** @param changed is called when somebody else calls from now on. */
  constructor(api: Api, changed: () => void) {
    this.#api = api;
    this.#select.addEventListener('change', () => {
      this.#use();
      changed();
    });
  }

  /** Shows the choice; the first token of the list is used until another one is chosen. */
  async ask(): Promise<void> {
    const [known, minted] = await Promise.all([
      this.#api.get('/_sandbox/identities'),
      this.#api.post('/_sandbox/token', { claims: {} }),
    ]);
    this.#roles = listAt(known.body, 'roles');
    offer(this.#select, [
      ...listAt(known.body, 'tokens').map((each) => ({
        value: textAt(each, 'token'),
        text: `a token of ${textAt(each, 'costCenter')}`,
      })),
      { value: textAt(minted.body, 'token'), text: 'a token without claims' },
      { value: NOBODY, text: 'nobody: not signed, refused with 401' },
    ]);
    this.#use();
    byId('identity', HTMLElement).hidden = false;
  }

  #use(): void {
    const { value } = this.#select;
    this.#api.token = value === NOBODY ? '' : value;
  }

  /** Keys to sign with where a role of the cost center is known, else the page's own token. */
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
