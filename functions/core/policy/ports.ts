import type { Policy } from './policy.ts';

/** Where the policy comes from. */
export interface PolicySource {
  /**
   * The policy to decide by now.
   * @throws PolicyUnavailableError when there is none recent enough to decide by.
   */
  load(): Promise<Policy>;
}
