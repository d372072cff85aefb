/** Messages between the sandbox and the workers that run the functions. */

export interface WorkerSettings {
  readonly functionName: string;
  /** `file:` URL of the bundle. */
  readonly bundle: string;
  readonly clockOffsetMs: number;
}

export type ToWorker =
  | {
      readonly kind: 'invoke';
      readonly id: number;
      readonly requestId: string;
      /** JSON. */
      readonly event: string;
      readonly timeoutMs: number;
    }
  /** The reader of a streamed answer has taken what came; it wants more. */
  | { readonly kind: 'taken'; readonly id: number }
  /** The reader of a streamed answer has left; Lambda itself sends nothing of this kind. */
  | { readonly kind: 'left'; readonly id: number }
  | { readonly kind: 'clock'; readonly id: number; readonly offsetMs: number };

export interface LambdaError {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
}

export type FromWorker =
  | { readonly kind: 'ready' }
  | { readonly kind: 'broken'; readonly error: LambdaError }
  | { readonly kind: 'printed'; readonly text: string }
  /** JSON. */
  | { readonly kind: 'answered'; readonly id: number; readonly payload: string }
  /** A part of a streamed answer: the next one comes once this one is taken. */
  | { readonly kind: 'part'; readonly id: number; readonly bytes: Uint8Array }
  | { readonly kind: 'failed'; readonly id: number; readonly error: LambdaError }
  | { readonly kind: 'clockSet'; readonly id: number };
