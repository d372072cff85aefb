/** What a deployment has beside its policy, as far as it costs something. */
import type { Window } from '../../windows.ts';

/** Memory in MB of each function that does not have the default. */
export type Memory = ReadonlyMap<string, number>;

export interface Deployment {
  readonly memory: Memory;
  /** Functions deployed. */
  readonly functions: number;
  readonly dashboard: boolean;
  readonly alarms: boolean;
  /** Windows whose limits have an alarm of their use. */
  readonly utilizationWindows: ReadonlySet<Window>;
  /** Requests a month of the reports that come by themselves. */
  readonly reportRequests: number;
  /** The daily one, and whether it asks for the bill. */
  readonly reconciliation: { readonly enabled: boolean; readonly bill: boolean };
}

/** Of a deployment whose tfvars say nothing of it. */
export const DEFAULT_DEPLOYMENT: Deployment = {
  memory: new Map(),
  functions: 6,
  dashboard: true,
  alarms: true,
  utilizationWindows: new Set<Window>(['day', 'month']),
  reportRequests: 0,
  reconciliation: { enabled: false, bill: true },
};
