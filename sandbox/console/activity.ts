/** Recent activity: audit log, alerts, and requests sent to the model. */
import { make, pill, redraw, type Tone } from './dom.ts';
import { amountText, at, moment, numberAt, textAt } from './values.ts';

type Cell = Node | string;

interface Column {
  readonly title: string;
  /** Long text that can break anywhere. */
  readonly isText?: boolean;
  readonly cell: (entry: unknown) => Cell;
}

const TONES: Readonly<Record<string, Tone>> = {
  succeeded: 'good',
  replayed: 'good',
  denied: 'near',
  limit_override: 'near',
};

const AUDIT: readonly Column[] = [
  { title: 'Time', cell: (line) => moment(textAt(line, 'at')) },
  { title: 'Outcome', cell: auditOutcome },
  { title: 'Cost center', cell: (line) => textAt(line, 'tags', 'costCenter') },
  { title: 'Application', cell: (line) => textAt(line, 'tags', 'applicationId') },
  { title: 'Environment', cell: (line) => textAt(line, 'tags', 'environment') },
  { title: 'Model', cell: (line) => textAt(line, 'model') },
  { title: 'Cost (USD)', cell: (line) => textAt(line, 'cost') },
  { title: 'Latency (ms)', cell: (line) => textAt(line, 'latencyMs') },
  { title: 'Reason', isText: true, cell: auditReason },
];

function auditOutcome(line: unknown): Cell {
  const outcome = textAt(line, 'outcome') || textAt(line, 'event');
  return pill(outcome.replaceAll('_', ' '), TONES[outcome] ?? 'bad');
}

function auditReason(line: unknown): string {
  const parts = [
    textAt(line, 'event') === 'limit_override'
      ? overrideText(line)
      : textAt(line, 'limit') + holderText(line),
    textAt(line, 'error', 'name') || textAt(line, 'error', 'code'),
    textAt(line, 'reason'),
    at(line, 'fallbackFrom') === undefined ? '' : `instead of ${textAt(line, 'fallbackFrom')}`,
  ];
  return parts.filter((part) => part !== '').join(', ');
}

/** ` of user ada`, where each has a counter. */
const holderText = (line: unknown): string =>
  at(line, 'holder') === undefined
    ? ''
    : ` of ${textAt(line, 'holder', 'kind')} ${textAt(line, 'holder', 'name')}`;

/** `raise sales/month-usd to USD 600.00 until 2026-12-01 00:00:00Z by ada`. */
function overrideText(line: unknown): string {
  const [unit, until] = [textAt(line, 'unit'), textAt(line, 'until')];
  return [
    `${textAt(line, 'action')} ${textAt(line, 'limit').replace(/^costCenter#/, '')}`,
    holderText(line),
    at(line, 'amount') === undefined ? '' : ` to ${amountText(unit, numberAt(line, 'amount'))}`,
    until === '' ? '' : ` until ${moment(until)}`,
    ` by ${textAt(line, 'author')}`,
  ].join('');
}

const ALERTS: readonly Column[] = [
  {
    title: 'Alert',
    cell: (alert) =>
      make(
        'div',
        '',
        textAt(alert, 'detailType'),
        make('div', 'soft', moment(textAt(alert, 'time'))),
      ),
  },
  {
    title: 'Detail',
    isText: true,
    cell: (alert) =>
      textAt(alert, 'detail', 'summary') || JSON.stringify(at(alert, 'detail') ?? {}),
  },
];

/** An inference profile without the front of its ARN, which is the same for all. */
const shortened = (modelId: string): string => modelId.replace(/^arn:.*:(?=[\w-]+\/)/, '');

const REACHED: readonly Column[] = [
  { title: 'Time', cell: (request) => moment(textAt(request, 'at')) },
  { title: 'Operation', cell: (request) => textAt(request, 'operation') },
  {
    title: 'Model or profile',
    isText: true,
    cell: (request) => shortened(textAt(request, 'modelId')),
  },
  {
    title: 'Body',
    isText: true,
    cell: (request) => JSON.stringify(at(request, 'body') ?? {}),
  },
];

export const showAudit = (container: Element, lines: readonly unknown[]): void =>
  showTable(container, lines, AUDIT, 'No requests yet.');

export const showAlerts = (container: Element, alerts: readonly unknown[]): void =>
  showTable(container, alerts, ALERTS, 'No alerts yet.');

export const showReached = (container: Element, requests: readonly unknown[]): void =>
  showTable(container, requests, REACHED, 'No requests yet.');

/** The newest first. */
function showTable(
  container: Element,
  entries: readonly unknown[],
  columns: readonly Column[],
  empty: string,
): void {
  redraw(container, entries, () => {
    if (entries.length === 0) return [make('p', 'soft', empty)];
    const heads = columns.map(({ title }) => {
      const head = make('th', '', title);
      head.scope = 'col';
      return head;
    });
    const rows = entries
      .toReversed()
      .map((entry) =>
        make(
          'tr',
          '',
          ...columns.map(({ isText, cell }) => make('td', isText ? 'text' : '', cell(entry))),
        ),
      );
    const head = make('thead', '', make('tr', '', ...heads));
    return [make('table', '', head, make('tbody', '', ...rows))];
  });
}
