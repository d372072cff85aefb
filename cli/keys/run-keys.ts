/** Runs `keys create`, `list`, `revoke` and `rotate`. */
import { allKeys, type OperatorKeys } from '../../adapters/operator-keys.ts';
import type { KeyChange } from '../../core/call/identity/manage-proxy-keys.ts';
import { isJsonObject, type JsonObject } from '../../core/json-value.ts';
import { momentOf } from '../../core/policy/parse-until.ts';
import { printable, quoted } from '../../core/safe-text.ts';
import { isoTimestamp } from '../../core/time.ts';
import { asList } from '../../core/unvalidated.ts';
import type { TargetFlags } from '../remote/target.ts';
import { withSource } from '../remote/with-source.ts';
import { failWithFlagProblems, toJsonText } from '../terminal/input-problems.ts';
import type { ExitCode, Io } from '../terminal/io.ts';
import { formatTable } from '../terminal/table.ts';
import { openKeys } from './open-keys.ts';

export interface KeysOptions extends TargetFlags {
  readonly json?: boolean;
}

export interface CreateOptions extends KeysOptions {
  readonly costCenter?: string;
  readonly application?: string;
  readonly environment?: string;
  readonly models?: string;
  readonly user?: string;
  readonly shared?: boolean;
  readonly groups?: string;
  readonly name?: string;
  readonly expires?: string;
}

const withKeys = (
  options: KeysOptions,
  io: Io,
  run: (keys: OperatorKeys) => Promise<ExitCode>,
): Promise<ExitCode> => withSource(openKeys(options, io), options, io, run);

export function createKeys(options: CreateOptions, io: Io): Promise<ExitCode> {
  const { models, groups, expires, json, table: _, url: __, ...binding } = options;
  const end = momentIn(expires, io);
  if (typeof end === 'string') {
    return Promise.resolve(failWithFlagProblems([{ path: 'expires', message: end }], options, io));
  }
  const input = {
    ...binding,
    ...(models !== undefined && { models: namesIn(models) }),
    ...(groups !== undefined && { groups: namesIn(groups) }),
    ...(end !== undefined && { expiresAt: isoTimestamp(end) }),
    ...(io.user !== undefined && { author: io.user }),
  };
  return withKeys(options, io, async (keys) =>
    showNewKey(await keys.create(input), { ...options, json: json ?? false }, io),
  );
}

export const listKeys = (options: KeysOptions, io: Io): Promise<ExitCode> =>
  withKeys(options, io, async (keys) => {
    const all = await allKeys(keys);
    io.out(options.json ? toJsonText(all) : keysTable(all));
    return 0;
  });

export const revokeKeys = (id: string, options: KeysOptions, io: Io): Promise<ExitCode> =>
  withKeys(options, io, async (keys) => {
    const result = await keys.revoke(id);
    if ('problems' in result) return failWithFlagProblems(result.problems, options, io);
    const words = `${printable(id)} is revoked: it is refused within 60 seconds\n`;
    io.out(options.json ? toJsonText(result.value) : words);
    return 0;
  });

export function rotateKeys(
  id: string,
  options: KeysOptions & { readonly grace?: string },
  io: Io,
): Promise<ExitCode> {
  const end = momentIn(options.grace ?? '24h', io);
  if (typeof end !== 'number') {
    const message = end ?? 'is required';
    return Promise.resolve(failWithFlagProblems([{ path: 'grace', message }], options, io));
  }
  const graceMs = end - io.clock.now();
  return withKeys(options, io, async (keys) =>
    showNewKey(await keys.rotate({ id, graceMs }), options, io),
  );
}

const namesIn = (text: string): readonly string[] =>
  text
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean);

/** Undefined where nothing is given, and what is wrong as text. */
function momentIn(text: string | undefined, { clock }: Io): number | string | undefined {
  if (text === undefined) return undefined;
  const at = momentOf(text, clock.now(), 'UTC');
  if (at !== undefined && at > clock.now()) return at;
  return `${quoted(text)} is not a future time: use a day, a time such as 2026-12-01T18:00:00Z, or a duration such as 12h or 90d`;
}

/** When a replaced key ends, and warnings about the new one. */
function notesOf({ warnings, replaced }: JsonObject): readonly string[] {
  const { id, expiresAt } = isJsonObject(replaced) ? replaced : {};
  const ending = typeof expiresAt === 'string' ? [`key ${id} ends at ${expiresAt}`] : [];
  const missing = asList(warnings).map((each) => `${each} (name them with --groups)`);
  return [...ending, ...missing].map((note) => printable(note, 500));
}

/** The only time that the key itself is seen. */
function showNewKey(result: KeyChange<JsonObject>, options: KeysOptions, io: Io): ExitCode {
  if ('problems' in result) return failWithFlagProblems(result.problems, options, io);
  const { key, id } = result.value;
  if (options.json) {
    io.out(toJsonText(result.value));
  } else {
    io.out(`${String(key)}\n`);
    io.err(`key ${String(id)}: it is shown once and stored as a hash\n`);
    for (const note of notesOf(result.value)) io.err(`${note}\n`);
  }
  return 0;
}

const COLUMNS = [
  ['ID', 'id'],
  ['STATUS', 'status'],
  ['COST CENTER', 'costCenter'],
  ['APPLICATION', 'application'],
  ['ENVIRONMENT', 'environment'],
  ['MODELS', 'models'],
  ['USER', 'user'],
  ['NAME', 'name'],
  ['EXPIRES', 'expiresAt'],
  ['LAST USED', 'lastUsedOn'],
] as const;

/** A key without a binding is valid for all; a shared one has no user. */
function cellOf(key: JsonObject, name: (typeof COLUMNS)[number][1]): string {
  const value = key[name];
  if (value !== undefined)
    return asList(value).length > 0 ? asList(value).join(', ') : String(value);
  if (name === 'user' && key.shared === true) return 'shared';
  return name === 'application' || name === 'environment' || name === 'models' ? 'all' : '-';
}

const keysTable = (keys: readonly JsonObject[]): string =>
  formatTable(
    [
      COLUMNS.map(([title]) => title),
      ...keys.map((key) => COLUMNS.map(([, name]) => printable(cellOf(key, name)))),
    ],
    new Set(),
  );
