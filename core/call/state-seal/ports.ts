/** Ports of seals: a key of the deployment, and a keyed hash. */

/**
 * The deployment's key for seals.
 * @throws SealKeyError when it cannot be read.
 */
export interface SealKeys {
  /** The key; undefined where none exists yet and this function does not create it. */
  load(): Promise<string | undefined>;
  /** The key as it is stored now, for when a seal does not match the known one. */
  reload(): Promise<string | undefined>;
}

export interface MessageAuthentication {
  sign(key: string, text: string): string;
  /** Compares in constant time. */
  verify(key: string, text: string, signature: string): boolean;
}
