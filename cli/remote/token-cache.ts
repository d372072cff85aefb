/** Tokens in a file that only its owner can read, so that not every command asks for one. */
import { createHash, randomUUID } from 'node:crypto';
import { chmod, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { parseJson } from '../../core/parse-json.ts';
import { type EpochMs, parseIsoTime } from '../../core/time.ts';
import { stringField, toUnvalidated } from '../../core/unvalidated.ts';

export interface CachedToken {
  readonly token: string;
  /** ISO 8601 UTC. */
  readonly expiresAt: string;
}

interface TokenCache {
  /** Undefined if there is none that is valid at that time. */
  read(now: EpochMs): Promise<CachedToken | undefined>;
  write(token: CachedToken): Promise<void>;
}

type Environment = Readonly<Record<string, string | undefined>>;

const OWNER_ONLY = 0o600;
const OTHERS = 0o077;

/** @param use what the token is for: tokens of another URL, kind or identity are in other files. */
export function tokenCache(env: Environment, use: readonly string[]): TokenCache {
  const base = env.XDG_CACHE_HOME || join(env.HOME || homedir(), '.cache');
  const folder = join(base, 'cost-sentry');
  const name = createHash('sha256').update(JSON.stringify([...use, ...identityOf(env)]));
  const file = join(folder, `token-${name.digest('hex').slice(0, 32)}.json`);
  return {
    read: async (now) => {
      try {
        const { mode } = await stat(file);
        // Others could have read it, or written another one.
        if ((mode & OTHERS) !== 0 && process.platform !== 'win32') return undefined;
        return validToken(await readFile(file, 'utf8'), now);
      } catch {
        return undefined;
      }
    },
    write: async (token) => {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const draft = `${file}.${randomUUID()}`;
      try {
        await writeFile(draft, JSON.stringify(token), { mode: OWNER_ONLY, flag: 'wx' });
        // The umask can have removed permissions, never added some.
        await chmod(draft, OWNER_ONLY);
        await rename(draft, file);
      } catch (error) {
        await rm(draft, { force: true });
        throw error;
      }
    },
  };
}

function validToken(text: string, now: EpochMs): CachedToken | undefined {
  const value = toUnvalidated(parseJson(text));
  const [token, expiresAt] = [stringField(value, 'token'), stringField(value, 'expiresAt')];
  const end = expiresAt === undefined ? undefined : parseIsoTime(expiresAt);
  if (token === undefined || expiresAt === undefined || end === undefined) return undefined;
  return end > now ? { token, expiresAt } : undefined;
}

/** Variables that select credentials, of a profile or of the platform. */
const PROFILE_VARIABLES = [
  ...['AWS_PROFILE', 'AWS_CONFIG_FILE', 'AWS_SHARED_CREDENTIALS_FILE'],
  ...['AWS_ROLE_ARN', 'AWS_ROLE_SESSION_NAME', 'AWS_WEB_IDENTITY_TOKEN_FILE'],
  ...['AWS_CONTAINER_CREDENTIALS_RELATIVE_URI', 'AWS_CONTAINER_CREDENTIALS_FULL_URI'],
];

/** As the AWS SDK selects credentials. Those of a profile change with each login; its name does not. */
const identityOf = (env: Environment): readonly string[] =>
  env.AWS_ACCESS_KEY_ID && !env.AWS_PROFILE
    ? ['key', env.AWS_ACCESS_KEY_ID]
    : PROFILE_VARIABLES.map((name) => env[name] ?? '');
