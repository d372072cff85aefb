/**
 * The types of alerts. Every kind is declared here, and nowhere else; the rules of modules/alerts
 * route them by these fields.
 */
import type { Holder, Limit, Owner, Unit } from '../../policy/policy.ts';

interface About {
  /** Whose topic it goes to. */
  readonly owner: Owner;
  /** One paragraph for people: what happened, and what to do next. */
  readonly summary: string;
  /** Whether it goes to people too, or only onto the bus. */
  readonly notify: boolean;
}

/** The limit an alert is about. Amounts in its unit; nano-USD for usd. */
interface AboutLimit extends About {
  /** Whose counter it is, where each user, key or session has one. */
  readonly holder?: Holder;
  readonly limit: string;
  readonly window: Limit['window'];
  readonly unit: Unit;
  readonly mode: Limit['mode'];
  readonly amount: number;
  /** Settled. */
  readonly used: number;
  /** Amounts again, as decimal USD, when the unit is usd. */
  readonly usd?: Readonly<Record<string, string>>;
  /** End of the window, ISO 8601. */
  readonly resetsAt: string | null;
  /** Of the call that caused it, where one did. */
  readonly requestId?: string;
}

interface AlertOf<Type extends string, Detail extends About> {
  /** EventBridge's `detail-type`. */
  readonly type: Type;
  /** The same for every delivery of the same event; unique in its deployment. */
  readonly id: string;
  readonly detail: Detail;
}

/** Settled use has reached a percent of `notify_at`. */
interface ThresholdDetail extends AboutLimit {
  readonly percent: number;
}

/** The first call of a window that a limit, or a ceiling within it, denied. */
interface DenialDetail extends AboutLimit {
  /** 100, or the percent of the ceiling that denied the call. */
  readonly percent: number;
  readonly reserved: number;
}

/** The first call of a window that a ceiling sent to a cheaper model. */
interface FallbackDetail extends DenialDetail {
  /** Aliases. */
  readonly from?: string;
  readonly to?: string;
}

/** At the current rate the limit is reached before its window ends. */
interface BurnDetail extends AboutLimit {
  readonly pace: 'fast' | 'slow';
  /** Used in an hour at that rate. */
  readonly perHour: number;
  /** Used at the window's end at that rate. */
  readonly projected: number;
  /** When the limit is reached at that rate, ISO 8601. */
  readonly reachedAt: string;
}

/** A sweep ended reservations of calls that did not complete. */
interface ExpiredDetail extends About {
  readonly count: number;
  /** At their worst case, or not at all. */
  readonly charged: boolean;
  /** Of the first ones, as the audit log has them: `requestId`, or `reservationId` where given. */
  readonly reservations: readonly string[];
}

/** What AWS observed or billed is not what was metered. */
interface DriftDetail extends About {
  /** ISO 8601 days; `to` is exclusive. */
  readonly from: string;
  readonly to: string;
  /** Of what was metered. */
  readonly percent: number;
  /** Metered, observed and billed as decimal USD, where known. */
  readonly usd: Readonly<Record<string, string>>;
  readonly reasons: readonly string[];
}

/** A report of what AWS billed was generated. */
interface ReportDetail extends About {
  /** ISO 8601 days; `to` is exclusive. */
  readonly from: string;
  readonly to: string;
  readonly currency: string;
  /** Rounded to the cent. */
  readonly total: string;
  /** URLs of the report, as a page and as CSV. */
  readonly links: { readonly html: string; readonly csv: string };
}

/** An event for people and machines. */
export type Alert =
  | AlertOf<'LimitThresholdCrossed', ThresholdDetail>
  | AlertOf<'CallDenied', DenialDetail>
  | AlertOf<'FallbackBegun', FallbackDetail>
  | AlertOf<'LimitBurnRate', BurnDetail>
  | AlertOf<'ReservationsExpired', ExpiredDetail>
  | AlertOf<'ReconciliationDrift', DriftDetail>
  | AlertOf<'CostReportPublished', ReportDetail>;
