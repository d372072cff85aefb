/** Ports of the routes of the proxy. */
import type { Ids } from '../../core/ids.ts';
import type { RelayPorts } from '../../core/protocols/relay/ports.ts';
import type { Authentication } from './credentials.ts';
import type { Lookups } from './lookups.ts';

export interface ProxyPorts extends RelayPorts, Lookups {
  readonly ids: Ids;
  readonly authenticate: (headers: Headers) => Promise<Authentication>;
}
