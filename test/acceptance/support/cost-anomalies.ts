/**
 * Cost Anomaly Detection's monitors and subscriptions:
 * https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_CreateAnomalyMonitor.html
 */
import { randomUUID } from 'node:crypto';
import { type AwsAnswer, done, refuse } from './aws-answer.ts';
import type { Api, AwsCall } from './aws-call.ts';
import { listAt, recordAt, textAt } from './members.ts';
import { isTagging, TagLists } from './tags.ts';

type Kind = 'Monitor' | 'Subscription';
type Resource = Readonly<Record<string, unknown>>;

export class CostAnomalies {
  readonly resources = new Map<string, Resource>();
  readonly #account: string;
  readonly #tags = new TagLists({ key: 'Key', value: 'Value' });

  constructor(account: string) {
    this.#account = account;
  }

  readonly api: Api = ({ service, operation, input }) => {
    if (service !== 'ce') return undefined;
    const [, verb, kind] =
      /^(Create|Get|Update|Delete)Anomaly(Monitor|Subscription)s?$/.exec(operation) ?? [];
    if (isTagging(operation)) {
      const arn = textAt(input, 'ResourceArn');
      return this.#tags.answer(operation, arn, input, 'ResourceNotFoundException');
    }
    if (kind !== 'Monitor' && kind !== 'Subscription') return undefined;
    if (verb === 'Create') return this.#create(kind, input);
    if (verb === 'Get') return this.#get(kind, input);
    return this.#change(verb === 'Delete', kind, input);
  };

  #create(kind: Kind, input: AwsCall['input']): AwsAnswer {
    const given = recordAt(input, `Anomaly${kind}`);
    const id = randomUUID();
    const arn = `arn:aws:ce::${this.#account}:anomaly${kind.toLowerCase()}/${id}`;
    const unknown = listAt(given, 'MonitorArnList').find(
      (monitor) => !this.resources.has(String(monitor)),
    );
    if (unknown !== undefined) return refuse('UnknownMonitorException', `No ${String(unknown)}.`);
    const owner = kind === 'Subscription' ? { AccountId: this.#account } : {};
    this.resources.set(arn, { ...given, ...owner, [`${kind}Arn`]: arn });
    this.#tags.add(arn, listAt(input, 'ResourceTags'));
    return done({ [`${kind}Arn`]: arn });
  }

  #get(kind: Kind, input: AwsCall['input']): AwsAnswer {
    const arns = listAt(input, `${kind}ArnList`).map(String);
    const missing = arns.find((arn) => !this.resources.has(arn));
    if (missing !== undefined) return unknownOf(kind, missing);
    const found = [...this.resources].filter(([arn, resource]) =>
      arns.length === 0 ? resource[`${kind}Arn`] !== undefined : arns.includes(arn),
    );
    return done({ [`Anomaly${kind}s`]: found.map(([, resource]) => resource) });
  }

  #change(isDelete: boolean, kind: Kind, input: AwsCall['input']): AwsAnswer {
    const arn = textAt(input, `${kind}Arn`);
    const resource = this.resources.get(arn);
    if (!resource) return unknownOf(kind, arn);
    if (isDelete) {
      this.resources.delete(arn);
      this.#tags.forget(arn);
      return done();
    }
    this.resources.set(arn, { ...resource, ...input });
    return done({ [`${kind}Arn`]: arn });
  }
}

const unknownOf = (kind: Kind, arn: string): AwsAnswer =>
  refuse(`Unknown${kind}Exception`, `No ${arn}.`);
