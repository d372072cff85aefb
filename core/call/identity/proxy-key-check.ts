/** Finds the owner of a request's key or token, with few reads and never from an old one. */
import { LedgerUnavailableError } from '../../errors.ts';
import { type Clock, type EpochMs, isoTimestamp } from '../../time.ts';
import { parseKey } from './proxy-key-format.ts';
import {
  type CredentialRecord,
  isInForce,
  isToken,
  type KeyReader,
  type KeySecrets,
} from './proxy-key-record.ts';

type KeyResult =
  | { readonly outcome: 'known'; readonly record: CredentialRecord }
  | { readonly outcome: 'unknown' }
  /** It cannot be read now, and was not read within the last minute. */
  | { readonly outcome: 'unavailable'; readonly error: LedgerUnavailableError };

interface KeyCheckPorts {
  readonly keys: KeyReader;
  readonly secrets: KeySecrets;
  readonly clock: Clock;
  readonly warn: (message: string, cause?: unknown) => void;
}

interface CachedKey {
  /** When its read began. */
  readonly readAt: EpochMs;
  readonly record: CredentialRecord | undefined;
  /** Whether its use has been recorded since. */
  isUsed: boolean;
}

/** A key that was revoked is honored no longer than this. */
const HONORED_MS = 60_000;
/** Of keys, and as many of unknown ids. */
const CACHED_MAX = 1_000;
/**
 * Reads of unknown ids that are allowed within a window: guessing costs the ledger no more. Then an
 * id is not read unless it was that of a key before: anyone can send unknown ids.
 */
const UNKNOWN_READS_MAX = 50;
const UNKNOWN_WINDOW_MS = 10_000;

export class KeyCheck {
  readonly #ports: KeyCheckPorts;
  /** Those that exist. Also too old to be honored: they can be read again, whatever others send. */
  readonly #known = new Map<string, CachedKey>();
  readonly #unknown = new Map<string, CachedKey>();
  readonly #reading = new Map<string, Promise<CachedKey>>();
  #unknownReads = 0;
  #windowStart: EpochMs = 0;

  constructor(ports: KeyCheckPorts) {
    this.#ports = ports;
  }

  async find(text: string): Promise<KeyResult> {
    const parts = parseKey(text);
    if (!parts) return { outcome: 'unknown' };
    const { clock, secrets } = this.#ports;
    let cached: CachedKey;
    try {
      cached = this.#fresh(parts.id) ?? (await this.#read(parts.id));
    } catch (error) {
      if (!(error instanceof LedgerUnavailableError)) throw error;
      return { outcome: 'unavailable', error };
    }
    const { record } = cached;
    const isRight = record && secrets.isEqual(record.secretHash, secrets.sha256(parts.secret));
    if (!isRight || !isInForce(record, clock.now())) return { outcome: 'unknown' };
    this.#recordUse(cached, record);
    return { outcome: 'known', record };
  }

  #fresh(id: string): CachedKey | undefined {
    const cached = this.#known.get(id) ?? this.#unknown.get(id);
    const age = cached ? this.#ports.clock.now() - cached.readAt : HONORED_MS;
    return age >= 0 && age < HONORED_MS ? cached : undefined;
  }

  /** Requests that come together share one read. */
  #read(id: string): Promise<CachedKey> {
    const running = this.#reading.get(id);
    if (running) return running;
    const reading = this.#readNow(id).finally(() => this.#reading.delete(id));
    this.#reading.set(id, reading);
    return reading;
  }

  async #readNow(id: string): Promise<CachedKey> {
    const { keys, clock } = this.#ports;
    const readAt = clock.now();
    if (readAt - this.#windowStart >= UNKNOWN_WINDOW_MS) {
      this.#windowStart = readAt;
      this.#unknownReads = 0;
    }
    if (this.#unknownReads >= UNKNOWN_READS_MAX && !this.#known.has(id)) {
      throw new LedgerUnavailableError(
        'too many unknown keys were sent: try again in some seconds',
      );
    }
    const record = await keys.read(id);
    if (!record) this.#unknownReads += 1;
    const cached = { readAt, record, isUsed: false };
    this.#known.delete(id);
    this.#unknown.delete(id);
    keep(record ? this.#known : this.#unknown, id, cached);
    return cached;
  }

  /** Of a key, to the day, once for each read; no request waits for it. */
  #recordUse(cached: CachedKey, record: CredentialRecord): void {
    if (cached.isUsed || isToken(record)) return;
    cached.isUsed = true;
    const { keys, warn } = this.#ports;
    keys
      .used(record.id, isoTimestamp(cached.readAt).slice(0, 'YYYY-MM-DD'.length))
      .catch((error: unknown) => {
        warn('the last use of a key could not be recorded', error);
      });
  }
}

/** The newest of them. */
function keep(all: Map<string, CachedKey>, id: string, cached: CachedKey): void {
  all.set(id, cached);
  const [oldest] = all.keys();
  if (all.size > CACHED_MAX && oldest !== undefined) all.delete(oldest);
}
