/**
 * How a reservation is written in an account's item: as short a text as can be read back, since
 * every write of the item pays for all of it.
 *
 * `r_<id>` is `<holder>|<lease end, base 36><counter><amount>,<counter><amount>…`, and in items of
 * more than one cost center `|<cost center>` after it; `|<account>,<account>…` after that are the
 * accounts of users, keys and sessions that the call reserved in. An id that is a UUID is its 22
 * characters in base64url, another one follows a `=`; counters and cost centers are six characters
 * of a hash of their names, which are among the item's other attributes. Earlier releases wrote a
 * map instead, under `r_` and the id as it is: it is still read, and settled, but never written.
 */
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { accountKey, holderOwnerOf, isAccountOf } from '../core/ledger/account-keys.ts';
import type { AccountKey, CounterKey, InFlightBound, LiveCount } from '../core/ledger/ports.ts';
import { ORGANIZATION, PERS, type Per } from '../core/policy/policy.ts';
import type { EpochSeconds } from '../core/time.ts';

export type AttributeMap = Record<string, AttributeValue>;

export interface StoredReservation {
  readonly form: 'text' | 'map';
  readonly reservationId: string;
  /** End of the lease. */
  readonly expiresAt: EpochSeconds;
  readonly leaseHolder: string;
  readonly amounts: ReadonlyMap<CounterKey, number>;
  /** Whose live reservations count it; absent in a map. */
  readonly costCenter?: string;
  /** Accounts of the same call that the sweep finds by this reservation alone. */
  readonly linked?: readonly AccountKey[];
  /** As it is stored. */
  readonly value: AttributeValue;
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/;
const UUID_LENGTH = 36;
const SHORT_UUID_LENGTH = 22;
const RAW = '=';
const LEASE_LENGTH = 7;
const HASH_LENGTH = 6;
const RADIX = 36;
const SEPARATOR = '|';

export const reservationName = (id: string): string => `r_${encodedId(id)}`;
/** As earlier releases wrote it. */
export const previousReservationName = (id: string): string => `r_${id}`;
/** The marker of a closed id. */
export const markerName = (id: string): string => `x_${id}`;
/** Live reservations of a cost center in the item. */
export const inFlightName = (costCenter: string): string => `n_${costCenter}`;
/** Until when the calls in flight of a cost center in the item are restricted. */
export const restrictedName = (costCenter: string): string => `k_${costCenter}`;

/** A UUID, also with the suffix of a fallback's reservation. */
function encodedId(id: string): string {
  const [uuid] = UUID.exec(id) ?? [];
  if (uuid === undefined) return `${RAW}${id}`;
  const short = Buffer.from(uuid.replaceAll('-', ''), 'hex').toString('base64url');
  return short + id.slice(UUID_LENGTH);
}

function decodedId(encoded: string): string {
  if (encoded.startsWith(RAW)) return encoded.slice(RAW.length);
  const hex = Buffer.from(encoded.slice(0, SHORT_UUID_LENGTH), 'base64url').toString('hex');
  const parts = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20)];
  return `${parts.join('-')}-${hex.slice(20)}${encoded.slice(SHORT_UUID_LENGTH)}`;
}

interface WrittenReservation {
  readonly account: AccountKey;
  readonly attemptId: string;
  readonly leaseExpiresAt: EpochSeconds;
  readonly costCenter: string;
  readonly amounts: readonly { readonly key: CounterKey; readonly amount: number }[];
  readonly linked?: readonly AccountKey[] | undefined;
}

export function reservationText(written: WrittenReservation): string {
  const { account, attemptId, leaseExpiresAt, costCenter } = written;
  const amounts = written.amounts.map(({ key, amount }) => hashOf(key) + amount.toString(RADIX));
  const whose = isOwnAccount(account, costCenter) ? '' : hashOf(costCenter);
  const links = (written.linked ?? []).map(linkText).join(',');
  const parts = [leasePrefix(attemptId, leaseExpiresAt) + amounts.join(','), whose, links];
  return parts.join(SEPARATOR).replace(/\|+$/, '');
}

const KIND_LETTERS: Readonly<Record<Per, string>> = { user: 'u', key: 'k', session: 's' };

/** `ualice@example.com` of the cost center, `Ualice@example.com` of the organization. */
function linkText(account: AccountKey): string {
  const owner = holderOwnerOf(account);
  if (!owner) return '';
  const letter = KIND_LETTERS[owner.holder.kind];
  const isCenter = owner.kind === 'costCenter';
  return (isCenter ? letter : letter.toUpperCase()) + encodeURIComponent(owner.holder.name);
}

function linkedAccount(text: string, costCenter: string): readonly AccountKey[] {
  const letter = text.charAt(0).toLowerCase();
  const kind = PERS.find((each) => KIND_LETTERS[each] === letter);
  if (!kind) return [];
  const owner =
    letter === text.charAt(0) ? { kind: 'costCenter' as const, name: costCenter } : ORGANIZATION;
  const holder = { kind, name: decodeURIComponent(text.slice(1)) };
  return [accountKey({ ...owner, holder }, 0)];
}

/** Prefix of the text of a reservation with this holder and lease. */
export const leasePrefix = (holder: string, leaseExpiresAt: EpochSeconds): string =>
  holderPrefix(holder) + leaseExpiresAt.toString(RADIX).padStart(LEASE_LENGTH, '0');

/** Prefix of the text of every reservation with this holder. */
export const holderPrefix = (holder: string): string => `${holder}${SEPARATOR}`;

/** Whether only this cost center's calls reserve there, so that its name is not needed. */
const isOwnAccount = (account: AccountKey, costCenter: string): boolean =>
  isAccountOf(account, { kind: 'costCenter', name: costCenter }) ||
  holderOwnerOf(account)?.name === costCenter;

/** Every reservation in an item. */
export function parseReservations(item: AttributeMap): readonly StoredReservation[] {
  const names = Object.keys(item).filter((name) => name.startsWith('r_'));
  if (names.length === 0) return [];
  const known = knownNames(item);
  return names.flatMap((name) => parseReservation(item, name, known) ?? []);
}

/** The reservation under an id, in either form. */
export function findReservation(item: AttributeMap, id: string): StoredReservation | undefined {
  const name = [reservationName(id), previousReservationName(id)].find((each) => item[each]);
  return name === undefined ? undefined : parseReservation(item, name, knownNames(item));
}

interface KnownNames {
  readonly counters: ReadonlyMap<string, CounterKey>;
  readonly costCenters: ReadonlyMap<string, string>;
}

function knownNames(item: AttributeMap): KnownNames {
  const rest = (prefix: string) =>
    Object.keys(item)
      .filter((name) => name.startsWith(prefix))
      .map((name) => name.slice(prefix.length));
  const byHash = (names: readonly string[]) => new Map(names.map((name) => [hashOf(name), name]));
  return { counters: byHash(rest('c_')), costCenters: byHash(rest('n_')) };
}

function parseReservation(
  item: AttributeMap,
  name: string,
  known: KnownNames,
): StoredReservation | undefined {
  const value = item[name];
  if (value?.M) return parseMap(name, value.M, value);
  if (value?.S === undefined) return undefined;
  const [leaseHolder = '', rest = '', whose = '', links = ''] = value.S.split(SEPARATOR);
  const account = item.pk?.S ?? '';
  const costCenter = whose === '' ? ownerName(account) : known.costCenters.get(whose);
  const linked = links.split(',').flatMap((text) => linkedAccount(text, costCenter ?? ''));
  const amounts = rest
    .slice(LEASE_LENGTH)
    .split(',')
    .flatMap((part) => {
      const key = known.counters.get(part.slice(0, HASH_LENGTH));
      return key === undefined
        ? []
        : [[key, Number.parseInt(part.slice(HASH_LENGTH), RADIX)] as const];
    });
  return {
    form: 'text',
    reservationId: decodedId(name.slice(2)),
    expiresAt: Number.parseInt(rest.slice(0, LEASE_LENGTH), RADIX),
    leaseHolder,
    amounts: new Map(amounts),
    ...(costCenter !== undefined && { costCenter }),
    ...(linked.length > 0 && { linked }),
    value,
  };
}

const ownerName = (account: AccountKey): string => account.split('#')[2] ?? '';

function parseMap(
  name: string,
  { e, n, a }: AttributeMap,
  value: AttributeValue,
): StoredReservation {
  return {
    form: 'map',
    reservationId: name.slice(2),
    expiresAt: Number(e?.N ?? 0),
    leaseHolder: n?.S ?? '',
    amounts: new Map(Object.entries(a?.M ?? {}).map(([key, { N }]) => [key, Number(N ?? 0)])),
    value,
  };
}

interface StoredMarker {
  readonly reservationId: string;
  readonly expiresAt: EpochSeconds;
}

/** Every closed id in an item. Earlier releases wrote a map. */
export const parseMarkers = (item: AttributeMap): readonly StoredMarker[] =>
  Object.entries(item)
    .filter(([name]) => name.startsWith('x_'))
    .map(([name, { N, M }]) => ({
      reservationId: name.slice(2),
      expiresAt: Number(N ?? M?.e?.N ?? 0),
    }));

const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** 36 bits: two names of one item have the same with a probability of 1.5e-11. */
function hashOf(name: string): string {
  let one = 0xdeadbeef;
  let two = 0x41c6ce57;
  for (let i = 0; i < name.length; i++) {
    const code = name.charCodeAt(i);
    one = Math.imul(one ^ code, 0x9e3779b1);
    two = Math.imul(two ^ code, 0x5f356495);
  }
  one = mixed(one) ^ mixed(two);
  two = mixed(two ^ (one >>> 7));
  let bits = (two & 0xf) * 2 ** 32 + (one >>> 0);
  let text = '';
  for (let i = 0; i < HASH_LENGTH; i++) {
    text += BASE64URL.charAt(bits % 64);
    bits = Math.floor(bits / 64);
  }
  return text;
}

const mixed = (bits: number): number => Math.imul(bits ^ (bits >>> 16), 0x85ebca6b) ^ (bits >>> 13);

/** Live reservations in the item, by cost center. */
export function parseInFlight(item: AttributeMap): ReadonlyMap<string, LiveCount> {
  const counted = Object.entries(item).filter(([name]) => name.startsWith(inFlightName('')));
  return new Map(
    counted.map(([name, { N }]) => {
      const costCenter = name.slice(inFlightName('').length);
      const until = item[restrictedName(costCenter)]?.N;
      const live = Number(N ?? 0);
      return [
        costCenter,
        until === undefined ? { live } : { live, restrictedUntil: Number(until) },
      ];
    }),
  );
}

/** How many live reservations of the cost center the item may have. */
export function inFlightAllowed(
  item: AttributeMap,
  { costCenter, max, restricted }: InFlightBound,
): number {
  const until = Number(item[restrictedName(costCenter)]?.N ?? 0);
  return restricted && until > restricted.now ? Math.min(max, restricted.max) : max;
}
