/** Shows every limit of `GET /v1/usage` with a bar, the nearest to its limit first. */
import { make, redraw, type Tone } from './dom.ts';
import { amountText, at, figureText, listAt, moment, numberAt, textAt, until } from './values.ts';

const NEAR_PERCENT = 80;
const SVG = 'http://www.w3.org/2000/svg';

/** @param near users, keys and sessions near to their limits, of `GET /v1/usage?per=…`. */
export function showLimits(container: Element, usage: unknown, near: readonly unknown[]): void {
  const { asOf: _, ...limits } = Object(usage);
  // Times are shown by the minute, so a new second alone does not render again.
  const minute = textAt(usage, 'asOf').slice(0, 16);
  redraw(container, [limits, near, minute], () => {
    const organization = at(usage, 'organization');
    const owners = [
      ...listAt(usage, 'costCenters').map((owner) => ['cost center', owner] as const),
      ...listAt(usage, 'models').map((owner) => ['model', owner] as const),
      ...(organization === undefined ? [] : [['', organization] as const]),
      ...holders([...listAt(usage, 'own'), ...near]),
    ].filter(([, owner]) => listAt(owner, 'limits').length > 0);
    if (owners.length === 0) return [make('p', 'soft', withoutLimits(usage))];
    const all = owners.flatMap(([, owner]) => listAt(owner, 'limits'));
    const sorted = owners.toSorted(([, a], [, b]) => highest(b) - highest(a));
    return [summary(all), ...sorted.flatMap(([kind, owner]) => ownerLimits(kind, owner, usage))];
  });
}

function withoutLimits(usage: unknown): string {
  const kinds = listAt(usage, 'hasPer').join(', ');
  return kinds === ''
    ? 'No limits are configured.'
    : `Limits of each ${kinds}: none has used half of one.`;
}

/** Each user, key and session once, as an owner of limits. */
function holders(found: readonly unknown[]): readonly (readonly [string, unknown])[] {
  const byName = new Map(
    found.map((each) => {
      const [per, owner] = [textAt(each, 'per'), textAt(each, 'costCenter') || 'organization'];
      const name = `${textAt(each, 'name')} in ${owner}`;
      return [`${per} ${name}`, [per, { name, limits: at(each, 'limits') }] as const];
    }),
  );
  return [...byName.values()];
}

/** The highest utilization of an owner's limits. */
const highest = (owner: unknown): number =>
  Math.max(...listAt(owner, 'limits').map((limit) => numberAt(limit, 'utilization')));

/** `6 limits: 1 reached, 2 near` with the tone of the worst. */
function summary(limits: readonly unknown[]): HTMLElement {
  const count = (tone: Tone) => limits.filter((limit) => toneOf(limit) === tone).length;
  const [reached, near] = [count('bad'), count('near')];
  const parts = [
    ...(reached > 0 ? [`${reached} reached`] : []),
    ...(near > 0 ? [`${near} near`] : []),
  ];
  const text = parts.length > 0 ? parts.join(', ') : 'none near or reached';
  const total = `${limits.length} ${limits.length === 1 ? 'limit' : 'limits'}`;
  return make('p', reached > 0 ? 'bad' : near > 0 ? 'near' : 'soft', `${total}: ${text}`);
}

function ownerLimits(kind: string, owner: unknown, usage: unknown): readonly Node[] {
  const limits = listAt(owner, 'limits').toSorted(
    (a, b) => numberAt(b, 'utilization') - numberAt(a, 'utilization'),
  );
  const name = textAt(owner, 'name');
  const asOf = textAt(usage, 'asOf');
  return [
    make('h3', '', ...(kind === '' ? [] : [make('span', 'soft', `${kind} `)]), name),
    ...limits.map((limit) => limitRow(name, limit, asOf)),
  ];
}

function limitRow(owner: string, limit: unknown, asOf: string): HTMLElement {
  const name = textAt(limit, 'name');
  if (textAt(limit, 'window') === 'request') return requestRow(owner, limit);
  const figure = (key: string) => figureText(textAt(limit, 'unit'), numberAt(limit, key));
  const percent = `${textAt(limit, 'utilization')} %`;
  const whole = amountText(textAt(limit, 'unit'), numberAt(limit, 'limit'));
  const usage = `${figure('used')} used, ${figure('reserved')} reserved of ${whole}`;
  const row = make(
    'div',
    'limit',
    make('p', '', make('strong', '', name), make('span', 'soft', describe(limit))),
    bar(limit, `${owner} ${name}: ${percent}`),
    make('p', '', make('span', '', usage), make('span', toneOf(limit), percent)),
    make('p', 'soft', make('span', '', resets(limit, asOf)), forecast(limit, asOf)),
  );
  row.dataset.limit = `${owner}/${name}`;
  return row;
}

/** One that no request may exceed has no counter. */
function requestRow(owner: string, limit: unknown): HTMLElement {
  const name = textAt(limit, 'name');
  const whole = amountText(textAt(limit, 'unit'), numberAt(limit, 'limit'));
  const row = make(
    'div',
    'limit',
    make('p', '', make('strong', '', name), make('span', 'soft', describe(limit))),
    make('p', '', make('span', '', `at most ${whole} for each request`)),
  );
  row.dataset.limit = `${owner}/${name}`;
  return row;
}

function describe(limit: unknown): string {
  const scope = Object.entries(Object(at(limit, 'scope') ?? {})).map(
    ([key, value]) => `${key} ${String(value)}`,
  );
  const observed = textAt(limit, 'mode') === 'observe' ? ['observe only'] : [];
  const configured = at(limit, 'override', 'configured');
  const override =
    configured === undefined
      ? []
      : [
          `override ${overrideEnd(limit)}: configured ` +
            amountText(textAt(limit, 'unit'), numberAt(limit, 'override', 'configured')),
        ];
  const window = textAt(limit, 'window');
  return [
    window === 'total' ? 'in total' : `per ${window}`,
    ...scope,
    ...observed,
    ...override,
    ...(at(limit, 'dependsOn') === undefined ? [] : ['smallest amount of the groups']),
  ].join(', ');
}

function overrideEnd(limit: unknown): string {
  const until = textAt(limit, 'override', 'until');
  return until === '' ? 'without an end' : `until ${moment(until)}`;
}

function toneOf(limit: unknown): Tone {
  if (numberAt(limit, 'remaining') === 0) return 'bad';
  const isNear = numberAt(limit, 'utilization') >= NEAR_PERCENT;
  return isNear || textAt(limit, 'forecast', 'burn') !== '' ? 'near' : 'good';
}

/** An SVG, because the page's CSP does not allow inline styles. */
function bar(limit: unknown, label: string): SVGElement {
  const whole = numberAt(limit, 'limit');
  const share = (amount: number) =>
    whole > 0 ? Math.min(100, Math.max(0, (100 * amount) / whole)) : 100;
  const used = share(numberAt(limit, 'used'));
  const reserved = share(numberAt(limit, 'used') + numberAt(limit, 'reserved')) - used;
  const picture = document.createElementNS(SVG, 'svg');
  picture.classList.add('bar', toneOf(limit));
  picture.setAttribute('viewBox', '0 0 100 1');
  picture.setAttribute('preserveAspectRatio', 'none');
  picture.setAttribute('role', 'img');
  picture.setAttribute('aria-label', label);
  picture.append(part('used', 0, used), part('reserved', used, reserved));
  return picture;
}

function part(className: string, x: number, width: number): SVGElement {
  const rect = document.createElementNS(SVG, 'rect');
  rect.setAttribute('class', className);
  rect.setAttribute('x', String(x));
  rect.setAttribute('width', String(width));
  rect.setAttribute('height', '1');
  return rect;
}

function resets(limit: unknown, asOf: string): string {
  const resetsAt = textAt(limit, 'resetsAt');
  if (resetsAt === '') return 'never resets';
  return `resets ${moment(resetsAt)}, ${until(resetsAt, asOf)}`;
}

function forecast(limit: unknown, asOf: string): HTMLElement {
  const reachedAt = textAt(limit, 'forecast', 'reachedAt');
  if (reachedAt !== '') {
    return make('span', 'near', `limit reached ${until(reachedAt, asOf)} at this rate`);
  }
  const projected = numberAt(limit, 'forecast', 'projected') || numberAt(limit, 'projected');
  return make('span', '', `${amountText(textAt(limit, 'unit'), projected)} projected`);
}
