/** Publishes the scheduled cost report: the last complete week or month, stored and announced. */
import { formatCents } from '../insight/billing/billed-amount.ts';
import type { BilledCosts } from '../insight/billing/ports.ts';
import { NamedCosts, tagNamesOf } from '../insight/billing/tag-names.ts';
import { csvReport } from '../insight/report/csv.ts';
import { percent } from '../insight/report/format.ts';
import { htmlReport } from '../insight/report/html/page.ts';
import { monthlyLimits } from '../insight/report/monthly-limits.ts';
import type { ReportRequest } from '../insight/report/report-request.ts';
import { type ReportTarget, writeReport } from '../insight/report/write-report.ts';
import type { Policy } from '../policy/policy.ts';
import { quoted } from '../safe-text.ts';
import { reportAlert } from '../telemetry/alerts/report-alert.ts';
import type { AlertPublisher } from '../telemetry/ports.ts';
import { type Clock, type EpochMs, parseIsoTime } from '../time.ts';
import { dayAfter, dayAt } from '../utc-days.ts';

const LENGTHS = ['week', 'month'] as const;
type Length = (typeof LENGTHS)[number];

interface ReportFile {
  /** As `month/2026-10.html`. */
  readonly name: string;
  readonly contentType: string;
  /** In pieces, as the whole can be large. */
  readonly body: readonly string[];
}

export interface ReportStore {
  /** Stores the file, replacing one of the same name; returns its URL. */
  put(file: ReportFile): Promise<string>;
}

interface PublishPorts {
  readonly costs: BilledCosts;
  readonly store: ReportStore;
  readonly alerts: AlertPublisher;
  readonly clock: Clock;
}

interface Published {
  readonly from: string;
  readonly to: string;
  /** URLs of the report. */
  readonly html: string;
  readonly csv: string;
}

/**
 * Idempotent: the same event writes the same files and an alert of the same id.
 * @param event `{"report": "week" | "month", "time"?: "2026-11-03T06:00:00Z"}`; the time is that of
 * the schedule, and the clock's when it is absent.
 * @throws Error naming the field for any other event; what the ports throw.
 */
export async function publishReport(
  { costs, store, alerts, clock }: PublishPorts,
  policy: Policy,
  event: unknown,
): Promise<Published> {
  const { length, at } = parseEvent(event, clock.now());
  const days = lastComplete(length, at);
  const request: ReportRequest = { ...days, granularity: 'daily', by: 'costCenter', filters: [] };
  const options = { deployment: policy.name, limits: monthlyLimits(policy), madeAt: clock.now() };
  const [html, csv] = [collected(htmlReport(options)), collected(csvReport(request))];
  const named = new NamedCosts(costs, tagNamesOf(policy));
  const summary = await writeReport(named, request, [html, csv]);
  const name = `${length}/${length === 'month' ? days.from.slice(0, 7) : days.from}`;
  const links = {
    html: await store.put({
      ...{ name: `${name}.html`, contentType: 'text/html; charset=utf-8', body: html.texts },
    }),
    csv: await store.put({
      ...{ name: `${name}.csv`, contentType: 'text/csv; charset=utf-8', body: csv.texts },
    }),
  };
  const { currency, total, tagged } = summary;
  await alerts.publish([
    reportAlert({
      ...{ name, from: days.from, to: days.to, currency, links },
      total: formatCents(total),
      ...(tagged !== undefined && total !== 0n && { taggedShare: percent(tagged, total) }),
    }),
  ]);
  return { from: days.from, to: days.to, ...links };
}

function parseEvent(event: unknown, now: EpochMs): { length: Length; at: EpochMs } {
  const { report, time }: { report?: unknown; time?: unknown } =
    typeof event === 'object' && event !== null ? event : {};
  const length = LENGTHS.find((each) => each === report);
  if (length === undefined) throw new Error(`report: must be week or month, got ${quoted(report)}`);
  if (time === undefined) return { length, at: now };
  const at = typeof time === 'string' ? parseIsoTime(time) : undefined;
  if (at === undefined) {
    throw new Error(`time: must be a time such as 2026-11-03T06:00:00Z, got ${quoted(time)}`);
  }
  return { length, at };
}

const SUNDAY = 0;

/** The calendar month, or the week from Monday to Sunday, that ended last. */
function lastComplete(length: Length, at: EpochMs): { readonly from: string; readonly to: string } {
  const today = dayAt(at);
  if (length === 'month') {
    const to = `${today.slice(0, 7)}-01`;
    return { from: `${dayAfter(to, -1).slice(0, 7)}-01`, to };
  }
  const weekday = new Date(at).getUTCDay();
  const to = dayAfter(today, weekday === SUNDAY ? -6 : 1 - weekday);
  return { from: dayAfter(to, -7), to };
}

function collected(format: ReportTarget['format']): ReportTarget & { readonly texts: string[] } {
  const texts: string[] = [];
  return { format, texts, write: (text) => void texts.push(text) };
}
