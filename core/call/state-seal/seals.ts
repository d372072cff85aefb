/**
 * Seals on what the workflow hands from function to function: an HMAC over the whole state, with a
 * key that only the deployment's functions can read. A function that may be invoked on its own then
 * accepts only what the function before it made.
 */
import { canonicalJson } from '../../canonical-json.ts';
import { LedgerUnavailableError } from '../../errors.ts';
import type { MessageAuthentication, SealKeys } from './ports.ts';

/** The key for seals cannot be read, or does not exist yet. */
export class SealKeyError extends LedgerUnavailableError {
  override readonly name: string = 'SealKeyError';
}

export interface Seals {
  /** @throws SealKeyError when there is no key to seal with. */
  seal<T extends object>(state: T): Promise<T & { readonly seal: string }>;
  /** Whether the state has the seal of this deployment and was not altered since. */
  isIntact(state: object): Promise<boolean>;
}

export const createSeals = (keys: SealKeys, mac: MessageAuthentication): Seals => ({
  async seal(state) {
    const key = await keys.load();
    if (key === undefined) throw new SealKeyError('the key for seals does not exist');
    return { ...state, seal: mac.sign(key, sealedText(state)) };
  },
  async isIntact(state) {
    const seal: unknown = 'seal' in state ? state.seal : undefined;
    if (typeof seal !== 'string') return false;
    const text = sealedText(state);
    const matches = (key: string | undefined) => key !== undefined && mac.verify(key, text, seal);
    return matches(await keys.load()) || matches(await keys.reload());
  },
});

/** The workflow adds `error` to the state that it repeats a step with. */
function sealedText(state: object): string {
  const { seal: _, error: __, ...content }: { seal?: unknown; error?: unknown } = { ...state };
  return canonicalJson(content);
}
