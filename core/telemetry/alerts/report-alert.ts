/** The alert about a new scheduled cost report. */
import { ORGANIZATION } from '../../policy/policy.ts';
import { type Day, dayAfter } from '../../utc-days.ts';
import type { Alert } from './alert-types.ts';

interface PublishedReport {
  /** As `month/2026-10`. */
  readonly name: string;
  readonly from: Day;
  /** Exclusive. */
  readonly to: Day;
  readonly currency: string;
  /** Rounded to the cent. */
  readonly total: string;
  /** Tagged part of the total, as `98.4 %`; absent where it is not known. */
  readonly taggedShare?: string;
  readonly links: { readonly html: string; readonly csv: string };
}

export function reportAlert(report: PublishedReport): Alert {
  const { name, from, to, currency, total, taggedShare, links } = report;
  const tagged = taggedShare === undefined ? '' : `, ${taggedShare} of it tagged`;
  return {
    type: 'CostReportPublished',
    id: `report#${name}`,
    detail: {
      owner: ORGANIZATION,
      notify: true,
      summary:
        `Bedrock cost from ${from} to ${dayAfter(to, -1)}: ${currency} ${total}${tagged}. ` +
        `Report: ${links.html}`,
      ...{ from, to, currency, total, links },
    },
  };
}
