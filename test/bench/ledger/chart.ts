/** Overshoot by concurrent callers as a picture. Zero has a separate place below the logarithm. */
import { CONTENDERS, type ContenderName, LABELS } from './contenders.ts';
import type { VirtualOutcome } from './virtual.ts';

const WIDTH = 760;
const HEIGHT = 440;
const PLOT = { left: 84, right: 512, top: 64, bottom: 336 } as const;
/** The position of zero, apart from the scale. */
const ZERO_Y = 370;
const LABEL_GAP = 17;

type Shape = 'circle' | 'square' | 'triangle' | 'diamond';
type Palette = Readonly<Record<ContenderName | 'ground' | 'text' | 'faint' | 'rule', string>>;

/** Shapes distinguish them where colors cannot. */
const SHAPES: Readonly<Record<ContenderName, Shape>> = {
  ledger: 'circle',
  'read-then-write': 'square',
  'counter-2min': 'triangle',
  'counter-5min': 'diamond',
};

const LIGHT: Palette = {
  ground: '#ffffff',
  text: '#1f2328',
  faint: '#59636e',
  rule: '#d1d9e0',
  ledger: '#0969da',
  'read-then-write': '#7d4e00',
  'counter-2min': '#bc4c00',
  'counter-5min': '#a40e26',
};

const DARK: Palette = {
  ground: '#0d1117',
  text: '#f0f6fc',
  faint: '#9198a1',
  rule: '#3d444d',
  ledger: '#58a6ff',
  'read-then-write': '#d29922',
  'counter-2min': '#ff9b5e',
  'counter-5min': '#ff7b72',
};

/** Plain rules and no variables, which many renderers do not know. */
const rulesOf = (palette: Palette): string =>
  [
    `.ground { fill: ${palette.ground} }`,
    `.rule { stroke: ${palette.rule} }`,
    `text { fill: ${palette.text} }`,
    `.faint { fill: ${palette.faint} }`,
    ...CONTENDERS.flatMap((name) => [
      `.${name} { fill: ${palette[name]} }`,
      `line.${name} { stroke: ${palette[name]} }`,
    ]),
  ].join('\n');

const STYLE = `
text { font: 13px system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif }
.title { font-size: 16px; font-weight: 600 }
.name { font-weight: 600 }
.end { text-anchor: end }
.middle { text-anchor: middle }
${rulesOf(LIGHT)}
@media (prefers-color-scheme: dark) {
${rulesOf(DARK)}
}
`;

interface Point {
  readonly x: number;
  readonly y: number;
  readonly percent: number;
}

/** @throws Error when there are no rows. */
export function overshootChart(rows: readonly VirtualOutcome[], limitUsd: number): string {
  const callers = [...new Set(rows.map((row) => row.callers))].sort((a, b) => a - b);
  const decades = decadesOf(rows.map(({ overshootPercent }) => overshootPercent));
  const lines = CONTENDERS.map((contender) => ({
    contender,
    points: callers.flatMap((count, i) => {
      const row = rows.find((each) => each.contender === contender && each.callers === count);
      if (!row) return [];
      const { overshootPercent: percent } = row;
      return [{ x: columnX(i, callers.length), y: heightOf(percent, decades), percent }];
    }),
  }));
  const title = `Overshoot of a limit of USD ${limitUsd}, in percent of the limit`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-labelledby="title">`,
    `<title id="title">${title}, by concurrent callers</title>`,
    `<style>${STYLE}</style>`,
    `<rect width="${WIDTH}" height="${HEIGHT}" class="ground"/>`,
    text(PLOT.left, 30, title, 'title'),
    ...scale(decades),
    ...callers.map((count, i) =>
      text(columnX(i, callers.length), ZERO_Y + 26, count.toLocaleString('en-US'), 'middle'),
    ),
    text((PLOT.left + PLOT.right) / 2, ZERO_Y + 50, 'concurrent callers', 'middle faint'),
    // The first contender last, so that no other covers it.
    ...[...lines].reverse().map(({ contender, points }) => drawn(points, contender)),
    ...labels(lines),
    '</svg>',
    '',
  ].join('\n');
}

/** The powers of ten around what is to be shown. */
function decadesOf(percents: readonly number[]): { readonly low: number; readonly high: number } {
  const shown = percents.filter((percent) => percent > 0).map(Math.log10);
  if (shown.length === 0) return { low: -1, high: 2 };
  return { low: Math.floor(Math.min(...shown)), high: Math.ceil(Math.max(...shown)) };
}

function heightOf(percent: number, { low, high }: ReturnType<typeof decadesOf>): number {
  if (percent <= 0) return ZERO_Y;
  const part = (Math.log10(percent) - low) / (high - low);
  return PLOT.bottom - part * (PLOT.bottom - PLOT.top);
}

/** The last column is the end of the lines, where their names begin. */
function columnX(index: number, columns: number): number {
  const [first, last] = [PLOT.left + 60, PLOT.right - 12];
  return columns === 1 ? last : first + (index * (last - first)) / (columns - 1);
}

function scale(decades: ReturnType<typeof decadesOf>): readonly string[] {
  const exponents = Array.from(
    { length: decades.high - decades.low + 1 },
    (_, i) => decades.low + i,
  );
  const marks = exponents.map((exponent) => {
    const percent = 10 ** exponent;
    return { y: heightOf(percent, decades), name: `${percent.toLocaleString('en-US')} %` };
  });
  return [...marks, { y: ZERO_Y, name: '0' }].flatMap(({ y, name }) => [
    `<line x1="${PLOT.left}" x2="${PLOT.right}" y1="${round(y)}" y2="${round(y)}" class="rule"/>`,
    text(PLOT.left - 10, y + 4, name, 'end faint'),
  ]);
}

/** Between zero and the scale the line is dashed: there is no distance to read there. */
function drawn(points: readonly Point[], contender: ContenderName): string {
  const strokes = points.slice(1).map((to, i) => {
    const from = points[i] ?? to;
    const dash = from.percent > 0 === to.percent > 0 ? '' : ' stroke-dasharray="3 5"';
    const ends = `x1="${round(from.x)}" y1="${round(from.y)}" x2="${round(to.x)}" y2="${round(to.y)}"`;
    return `<line ${ends} class="${contender}" stroke-width="2.5"${dash}/>`;
  });
  const marks = points.map((point) => marker(contender, point));
  return [...strokes, ...marks].join('\n');
}

function marker(contender: ContenderName, { x, y }: Point): string {
  const shape = SHAPES[contender];
  const [cx, cy] = [round(x), round(y)];
  if (shape === 'circle') return `<circle cx="${cx}" cy="${cy}" r="6" class="${contender}"/>`;
  const corners = {
    square: [
      [-5, -5],
      [5, -5],
      [5, 5],
      [-5, 5],
    ],
    triangle: [
      [0, -7],
      [6.5, 5],
      [-6.5, 5],
    ],
    diamond: [
      [0, -7],
      [7, 0],
      [0, 7],
      [-7, 0],
    ],
  }[shape];
  const list = corners.map(([dx = 0, dy = 0]) => `${round(x + dx)},${round(y + dy)}`).join(' ');
  return `<polygon points="${list}" class="${contender}"/>`;
}

/** Each line is named at its end, and moved down where two would cover each other. */
function labels(
  lines: readonly { readonly contender: ContenderName; readonly points: readonly Point[] }[],
): readonly string[] {
  const ends = lines
    .flatMap(({ contender, points }) => points.slice(-1).map((point) => ({ contender, ...point })))
    .sort((a, b) => a.y - b.y);
  let above = Number.NEGATIVE_INFINITY;
  return ends.map(({ contender, x, y, percent }) => {
    above = Math.max(y, above + LABEL_GAP);
    const figure = percent === 0 ? '0' : Number(percent.toPrecision(3)).toLocaleString('en-US');
    return text(x + 14, above + 4, `${LABELS[contender]}: ${figure} %`, `name ${contender}`);
  });
}

const text = (x: number, y: number, words: string, style: string): string =>
  `<text x="${round(x)}" y="${round(y)}" class="${style}">${words}</text>`;

const round = (value: number): number => Math.round(value * 10) / 10;
