/** Ports of the routes of the proxy. */
import type { Ids } from '../../core/ids.ts';
import type { UsageHistory } from '../../core/insight/forecast/ports.ts';
import type { NearestHolders } from '../../core/ledger/nearest-holders.ts';
import type { RelayPorts } from '../../core/protocols/relay/ports.ts';
import type { Authentication } from './credentials.ts';
import type { Lookups } from './lookups.ts';

export interface ProxyPorts extends RelayPorts, Lookups {
  readonly ids: Ids;
  /** For operators, who see the usage of all. */
  readonly nearest: NearestHolders;
  readonly history: UsageHistory;
  readonly authenticate: (headers: Headers) => Promise<Authentication>;
}
