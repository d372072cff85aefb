/**
 * KMS keys of log groups and tables that are given after they were made, which moto lacks:
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_AssociateKmsKey.html
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_SSESpecification.html
 */
import { isRecord, parseJson } from '../../../sandbox/base/json.ts';
import { done } from './aws-answer.ts';
import type { Api, AwsCall } from './aws-call.ts';
import type { Answered } from './forward.ts';
import { listAt, recordAt, textAt } from './members.ts';

type Body = Readonly<Record<string, unknown>>;

export class ChangedKeys {
  /** By the name of a log group; undefined once the key was taken away. */
  readonly #ofGroups = new Map<string, string | undefined>();
  /** By the name of a table. */
  readonly #ofTables = new Map<string, Body>();

  readonly api: Api = ({ service, operation, input }) => {
    if (service !== 'logs') return undefined;
    const name = textAt(input, 'logGroupName');
    if (operation === 'DeleteLogGroup') this.#ofGroups.delete(name);
    if (!/^(Associate|Disassociate)KmsKey$/.test(operation)) return undefined;
    this.#ofGroups.set(name, textAt(input, 'kmsKeyId') || undefined);
    return done();
  };

  /** Looks at a call that moto has answered with success; @returns the answer with the keys. */
  mend({ service, operation, input }: AwsCall, answered: Answered): Answered {
    if (service === 'logs' && operation === 'DescribeLogGroups') {
      return changed(answered, (body) => this.#groups(body));
    }
    if (service !== 'dynamodb' || !/^(Update|Describe|Delete)Table$/.test(operation)) {
      return answered;
    }
    const name = textAt(input, 'TableName');
    if (operation === 'DeleteTable') this.#ofTables.delete(name);
    if (isRecord(input.SSESpecification)) this.#ofTables.set(name, input.SSESpecification);
    return changed(answered, (body) => this.#table(body, this.#ofTables.get(name)));
  }

  #groups(body: Body): Body {
    const logGroups = listAt(body, 'logGroups').map((group) => {
      const name = textAt(group, 'logGroupName');
      if (!isRecord(group) || !this.#ofGroups.has(name)) return group;
      return { ...group, kmsKeyId: this.#ofGroups.get(name) };
    });
    return { ...body, logGroups };
  }

  #table(body: Body, given: Body | undefined): Body {
    if (!given) return body;
    const { Enabled: isOn, KMSMasterKeyId: KMSMasterKeyArn } = given;
    const SSEDescription =
      isOn === true ? { Status: 'ENABLED', SSEType: 'KMS', KMSMasterKeyArn } : undefined;
    const described = Object.entries(body).map(([name, table]) => [
      name,
      isRecord(table) ? { ...table, SSEDescription } : table,
    ]);
    return Object.fromEntries(described);
  }
}

const changed = (answered: Answered, change: (body: Body) => Body): Answered => {
  const body = change(recordAt({ of: parseJson(answered.bytes) }, 'of'));
  return { ...answered, bytes: Buffer.from(JSON.stringify(body)) };
};
