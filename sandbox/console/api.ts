/** Calls the sandbox that served this page. */

export interface Answer {
  /** HTTP. */
  readonly status: number;
  readonly body: unknown;
}

/** Token of the page's calls; none is needed with `--identity off`. */
export class Api {
  token = '';

  get(path: string): Promise<Answer> {
    return this.#call(path, {});
  }

  post(path: string, body: unknown): Promise<Answer> {
    const headers = { 'content-type': 'application/json' };
    return this.#call(path, { method: 'POST', headers, body: JSON.stringify(body) });
  }

  /** Rejects if the sandbox is not responding. */
  async #call(path: string, init: RequestInit): Promise<Answer> {
    const headers = new Headers(init.headers);
    if (this.token !== '') headers.set('authorization', `Bearer ${this.token}`);
    const response = await fetch(path, { ...init, headers, cache: 'no-store' });
    return { status: response.status, body: parsed(await response.text()) };
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
