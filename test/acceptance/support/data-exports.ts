/**
 * Data exports of Billing and Cost Management:
 * https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_DataExports_CreateExport.html
 */
import { randomUUID } from 'node:crypto';
import { type AwsAnswer, done, refuse } from './aws-answer.ts';
import type { Api, AwsCall } from './aws-call.ts';
import { listAt, recordAt, textAt } from './members.ts';
import { isTagging, TagLists } from './tags.ts';

type Export = Readonly<Record<string, unknown>>;

/**
 * Settings of the table of CUR 2.0; one that a call leaves out has this value:
 * https://docs.aws.amazon.com/cur/latest/userguide/table-dictionary-cur2.html, 2026-11
 */
const SETTINGS = {
  TIME_GRANULARITY: 'HOURLY',
  INCLUDE_RESOURCES: 'FALSE',
  INCLUDE_MANUAL_DISCOUNT_COMPATIBILITY: 'FALSE',
  INCLUDE_SPLIT_COST_ALLOCATION_DATA: 'FALSE',
  INCLUDE_CAPACITY_RESERVATION_DATA: 'FALSE',
  INCLUDE_IAM_PRINCIPAL_DATA: 'FALSE',
};
const TABLE = 'COST_AND_USAGE_REPORT';

export class DataExports {
  readonly exports = new Map<string, Export>();
  readonly #account: string;
  readonly #tags = new TagLists({ key: 'Key', value: 'Value' });

  constructor(account: string) {
    this.#account = account;
  }

  readonly api: Api = ({ service, operation, input }) => {
    if (service !== 'bcm-data-exports') return undefined;
    if (operation === 'CreateExport') return this.#create(input);
    if (isTagging(operation)) {
      const arn = textAt(input, 'ResourceArn');
      return this.#tags.answer(operation, arn, input, 'ResourceNotFoundException');
    }
    const arn = textAt(input, 'ExportArn');
    const kept = this.exports.get(arn);
    if (!kept) return refuse('ResourceNotFoundException', `No export ${arn}.`);
    switch (operation) {
      case 'GetExport':
        return done({ Export: kept, ExportStatus: { StatusCode: 'HEALTHY' } });
      case 'UpdateExport':
        this.exports.set(arn, this.#complete(arn, recordAt(input, 'Export')));
        return done({ ExportArn: arn });
      case 'DeleteExport':
        this.exports.delete(arn);
        this.#tags.forget(arn);
        return done({ ExportArn: arn });
      default:
        return undefined;
    }
  };

  #create(input: AwsCall['input']): AwsAnswer {
    const given = recordAt(input, 'Export');
    const name = textAt(given, 'Name');
    const arn = `arn:aws:bcm-data-exports:us-east-1:${this.#account}:export/${name}-${randomUUID()}`;
    this.exports.set(arn, this.#complete(arn, given));
    this.#tags.add(arn, listAt(input, 'ResourceTags'));
    return done({ ExportArn: arn });
  }

  #complete(arn: string, given: Export): Export {
    const query = recordAt(given, 'DataQuery');
    const BILLING_VIEW_ARN = `arn:aws:billing::${this.#account}:billingview/primary`;
    const settings = recordAt(recordAt(query, 'TableConfigurations'), TABLE);
    const TableConfigurations = { [TABLE]: { BILLING_VIEW_ARN, ...SETTINGS, ...settings } };
    return { ...given, ExportArn: arn, DataQuery: { ...query, TableConfigurations } };
  }
}
