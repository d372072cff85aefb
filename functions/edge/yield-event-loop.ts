/** Lets other requests run between the steps that read a large body. */
import { setImmediate } from 'node:timers/promises';

/** Characters or bytes. */
const LARGE = 500_000;

export async function yieldAfterLarge({ length }: { readonly length: number }): Promise<void> {
  if (length > LARGE) await setImmediate();
}
