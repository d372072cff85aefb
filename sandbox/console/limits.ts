/** Every limit with a bar, as `GET /v1/usage` tells. */
import { formatUsd } from '../../core/money.ts';
import { make, redraw, type Tone } from './dom.ts';
import { at, listAt, moment, numberAt, textAt, until } from './values.ts';

const NEAR_PERCENT = 80;
const SVG = 'http://www.w3.org/2000/svg';

export function showLimits(container: Element, usage: unknown): void {
  const { asOf: _, ...standing } = Object(usage);
  // The time goes on every second, but is worth a new drawing only with the minute.
  const minute = textAt(usage, 'asOf').slice(0, 16);
  redraw(container, [standing, minute], () => {
    const organization = at(usage, 'organization');
    const drawn = [
      ...listAt(usage, 'costCenters').flatMap((owner) => ownerLimits('cost center', owner, usage)),
      ...listAt(usage, 'models').flatMap((owner) => ownerLimits('model', owner, usage)),
      ...(organization === undefined ? [] : ownerLimits('', organization, usage)),
    ];
    return drawn.length > 0 ? drawn : [make('p', 'soft', 'There are no limits.')];
  });
}

function ownerLimits(kind: string, owner: unknown, usage: unknown): readonly Node[] {
  const limits = listAt(owner, 'limits');
  if (limits.length === 0) return [];
  const name = textAt(owner, 'name');
  const asOf = textAt(usage, 'asOf');
  return [
    make('h3', '', ...(kind === '' ? [] : [make('span', 'soft', `${kind} `)]), name),
    ...limits.map((limit) => limitRow(name, limit, asOf)),
  ];
}

function limitRow(owner: string, limit: unknown, asOf: string): HTMLElement {
  const name = textAt(limit, 'name');
  const unit = textAt(limit, 'unit').replace('_', ' ');
  const amount = (key: string) => amountOf(limit, key);
  const percent = `${textAt(limit, 'utilization')} %`;
  const standing = `used ${amount('used')}, reserved ${amount('reserved')} of ${amount('limit')} ${unit}`;
  const row = make(
    'div',
    'limit',
    make('p', '', make('strong', '', name), make('span', 'soft', describe(limit))),
    bar(limit, `${owner} ${name}: ${percent}`),
    make('p', '', make('span', '', standing), make('span', toneOf(limit), percent)),
    make('p', 'soft', make('span', '', resets(limit, asOf)), forecast(limit, asOf)),
  );
  row.dataset.limit = `${owner}/${name}`;
  return row;
}

/** In the limit's unit; US dollars as decimals. */
const amountOf = (limit: unknown, key: string): string =>
  textAt(limit, 'usd', key) || textAt(limit, key);

function describe(limit: unknown): string {
  const scope = Object.entries(Object(at(limit, 'scope') ?? {})).map(
    ([key, value]) => `${key} ${String(value)}`,
  );
  const observed = textAt(limit, 'mode') === 'observe' ? ['only observed'] : [];
  return [`per ${textAt(limit, 'window')}`, ...scope, ...observed].join(', ');
}

function toneOf(limit: unknown): Tone {
  if (numberAt(limit, 'remaining') === 0) return 'bad';
  const isNear = numberAt(limit, 'utilization') >= NEAR_PERCENT;
  return isNear || textAt(limit, 'forecast', 'burn') !== '' ? 'near' : 'good';
}

/** A picture rather than styled boxes: the page allows no style of an element's own. */
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
  return `resets ${moment(resetsAt)}, ${until(resetsAt, asOf)}`;
}

function forecast(limit: unknown, asOf: string): HTMLElement {
  const reachedAt = textAt(limit, 'forecast', 'reachedAt');
  if (reachedAt !== '') {
    return make('span', 'near', `reached ${until(reachedAt, asOf)} at this pace`);
  }
  const projected = numberAt(limit, 'forecast', 'projected') || numberAt(limit, 'projected');
  const unit = textAt(limit, 'unit');
  return make('span', '', `${unit === 'usd' ? formatUsd(projected) : projected} expected by then`);
}
