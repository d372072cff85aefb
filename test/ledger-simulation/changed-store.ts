/** A ledger's store with some of its methods replaced. */
import type { LedgerStore } from '../../core/ledger/ports.ts';

/** The store with some of its methods replaced, whatever else it may have. */
export const changed = (store: LedgerStore, over: Partial<LedgerStore>): LedgerStore =>
  new Proxy(store, {
    get: (target, name) => {
      const own: unknown = Reflect.get(over, name);
      if (own !== undefined) return own;
      const method: unknown = Reflect.get(target, name);
      return typeof method === 'function' ? method.bind(target) : method;
    },
  });
