/**
 * Events of one simulated run. A plan is plain JSON with every decision written out, so that a
 * failing one can be made smaller piece by piece and still be run.
 */

export interface LimitPlan {
  readonly owner: 'costCenter#alpha' | 'costCenter#beta' | 'model#big' | 'organization';
  readonly name: string;
  readonly window: 'minute' | 'hour' | 'day' | 'week' | 'month' | 'total';
  readonly unit: 'requests' | 'tokens' | 'input_tokens' | 'output_tokens' | 'usd';
  /** In the unit; nano-USD for usd. */
  readonly amount: number;
  readonly mode: 'enforce' | 'observe';
  readonly environment?: 'dev';
  readonly model?: 'big';
  readonly ceiling?: {
    readonly percent: number;
    readonly environment?: 'dev';
    readonly fallback?: 'small';
  };
  readonly notifyAt?: readonly number[];
  /** Each user, key or session has a separate counter. */
  readonly per?: 'user' | 'key' | 'session';
  /** Of `per: 'user'`, in place of `amount`. */
  readonly users?: { readonly ann: number };
  readonly groups?: { readonly contractors: number };
  /** An operator has overridden the amount of ann. */
  readonly overridden?: number;
}

/** Faults of one request to the table. */
export type NetworkFault =
  /** It never arrives; the client notices. */
  | 'lostBefore'
  /** It takes effect, and the answer is lost. */
  | 'lostAfter'
  /** The client gives up waiting and tries again, and the first one still arrives later. */
  | 'delayed';

export interface ModelAnswer {
  /** `ok`, or the name of an exception. */
  readonly outcome: string;
  readonly milliseconds: number;
  /** Share of max_tokens that comes out, and of the input bound that was read, in percent. */
  readonly outputPercent: number;
  readonly inputPercent: number;
  /** The model's report about it. */
  readonly report: 'complete' | 'missing' | 'partial' | 'negative';
}

/** A stream of a model: its events, the time between them, and how it ends. */
export interface StreamPlan {
  /** Pieces of text, at least one. */
  readonly events: number;
  readonly gapMs: number;
  readonly end: 'whole' | 'noUsage' | 'exception' | 'lost';
  /** Events after which its reader leaves. */
  readonly leavesAfter?: number;
  /** Event at which its host crashes. */
  readonly crashesAt?: number;
}

export interface CallPlan {
  readonly id: string;
  /** Calls that share it are deliveries of one request. */
  readonly requestId: string;
  /** Milliseconds after the start. */
  readonly at: number;
  readonly costCenter: 'alpha' | 'beta';
  /** Absent: not known. */
  readonly user?: 'ann' | 'bob';
  /** Of the cost center; absent: the user signs, or is not known. */
  readonly key?: 'k1' | 'k2';
  /** It calls with the key that this one was rotated to. */
  readonly hasRotatedKey?: boolean;
  /** The groups of its user, as the key has them; absent: not known. */
  readonly groups?: readonly 'contractors'[];
  /** As the caller names it. */
  readonly session?: 's1' | 's2' | 's3';
  readonly environment: 'dev' | 'production';
  readonly model: 'big' | 'small';
  readonly maxTokens: number;
  readonly textLength: number;
  readonly execution: 'workflow' | 'direct' | 'stream';
  /** Of `stream` alone. */
  readonly stream?: StreamPlan;
  /** Its state, once it has reserved, is more than the workflow carries. */
  readonly isTooLarge: boolean;
  readonly answers: readonly ModelAnswer[];
  /** Milliseconds between the steps: a workflow that pauses may go on long after. */
  readonly pauses: readonly number[];
  /** By the how-manieth request to the table the call makes. */
  readonly faults: Readonly<Record<number, NetworkFault>>;
}

export interface Plan {
  readonly seed: number;
  readonly start: string;
  readonly limits: readonly LimitPlan[];
  readonly shards: number;
  readonly leaseSeconds: number;
  readonly expired: 'charge' | 'release';
  readonly onLedgerError: 'deny' | 'allow';
  readonly inFlightMax: number;
  readonly waitSeconds: number;
  readonly newSessionsPerMinute: number;
  /** In a shared account, after so many calls of a cost center did not complete. */
  readonly inFlightRestrictedMax: number;
  /** Until then, in milliseconds after the start, reservations are written as before. */
  readonly upgradedAt: number;
  /** Whether the engine returns the item with a failed condition. */
  readonly allOld: boolean;
  readonly pageBytes: number;
  /** Clock skew of each host, in milliseconds. */
  readonly hosts: readonly number[];
  /** Longest ordinary delay of a message, in milliseconds. */
  readonly latency: number;
  readonly calls: readonly CallPlan[];
  readonly sweeps: readonly {
    readonly at: number;
    readonly host: number;
    readonly faults: CallPlan['faults'];
  }[];
  readonly crashes: readonly { readonly at: number; readonly host: number }[];
  /** Probability that a publisher fails before, and again that it fails after publishing. */
  readonly alertFailures: number;
  /** From then on each host sees the new policy, as soon as its cache ends. */
  readonly changes: readonly {
    readonly at: number;
    readonly shards?: number;
    readonly percent?: number;
    /** Of an override: the limits of that user alone. */
    readonly user?: 'ann';
  }[];
}

/** No model ran. */
export const RELEASED = [
  'ThrottlingException',
  'ServiceUnavailableException',
  'ValidationException',
  'AccessDeniedException',
  'NotSent',
] as const;
