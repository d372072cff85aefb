/** Reasoning with its signature within `encrypted_content`, which clients send back as it came. */
import { isJsonObject } from '../../json-value.ts';

interface Thought {
  readonly text?: string;
  readonly signature?: string;
  readonly redacted?: string;
}

export const sealed = (thought: Thought): string =>
  Buffer.from(JSON.stringify(thought)).toString('base64');

/** Undefined for a text that did not come from here. */
export function unsealed(text: string): Thought | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(text, 'base64').toString('utf8'));
    if (!isJsonObject(value)) return undefined;
    const { text: thought, signature, redacted } = value;
    if (typeof redacted === 'string') return { redacted };
    return typeof thought === 'string'
      ? { text: thought, ...(typeof signature === 'string' && { signature }) }
      : undefined;
  } catch {
    return undefined;
  }
}
