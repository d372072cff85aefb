/**
 * AWS Budgets with their notifications, subscribers and actions:
 * https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_CreateBudget.html
 */
import { isDeepStrictEqual } from 'node:util';
import { type AwsAnswer, done, refuse } from './aws-answer.ts';
import type { Api, AwsCall } from './aws-call.ts';
import { BudgetActions } from './budget-actions.ts';
import { listAt, recordAt, textAt } from './members.ts';
import { isTagging, TagLists } from './tags.ts';

type Members = Readonly<Record<string, unknown>>;

interface Notified {
  readonly notification: Members;
  readonly subscribers: readonly unknown[];
}

interface Kept {
  budget: Members;
  notified: readonly Notified[];
}

/** The end of a budget that has none: 2087-06-15. */
const NO_END_SECONDS = 3_706_473_600;

export class Budgets {
  readonly budgets = new Map<string, Kept>();
  readonly #tags = new TagLists({ key: 'Key', value: 'Value' });
  readonly actions = new BudgetActions(this.#tags);

  readonly api: Api = ({ service, operation, input }) => {
    if (service !== 'budgets') return undefined;
    if (operation === 'CreateBudget') return this.#create(input);
    if (operation.endsWith('BudgetAction')) return this.actions.answer(operation, input);
    if (isTagging(operation)) {
      const arn = textAt(input, 'ResourceARN');
      return this.#tags.answer(operation, arn, input, 'NotFoundException');
    }
    const answer = ANSWERS.get(operation);
    if (!answer) return undefined;
    const name = textAt(input, 'BudgetName') || textAt(recordAt(input, 'NewBudget'), 'BudgetName');
    const kept = this.budgets.get(name);
    if (!kept) return refuse('NotFoundException', `Unable to get budget: ${name}`);
    if (operation === 'DeleteBudget') {
      this.budgets.delete(name);
      this.#tags.forget(arnOf(textAt(input, 'AccountId'), name));
    }
    return answer(kept, input);
  };

  #create(input: AwsCall['input']): AwsAnswer {
    const given = recordAt(input, 'Budget');
    const name = textAt(given, 'BudgetName');
    if (this.budgets.has(name)) return refuse('DuplicateRecordException', `${name} exists.`);
    const today = new Date();
    const month = Date.UTC(today.getUTCFullYear(), today.getUTCMonth()) / 1000;
    this.budgets.set(name, {
      budget: { TimePeriod: { Start: month, End: NO_END_SECONDS }, ...given },
      notified: listAt(input, 'NotificationsWithSubscribers').map(notifiedOf),
    });
    this.#tags.add(arnOf(textAt(input, 'AccountId'), name), listAt(input, 'ResourceTags'));
    return done();
  }
}

const arnOf = (account: string, name: string): string =>
  `arn:aws:budgets::${account}:budget/${name}`;

const notifiedOf = (input: unknown): Notified => ({
  notification: recordAt(input, 'Notification'),
  subscribers: listAt(input, 'Subscribers'),
});

const KEYS = ['NotificationType', 'ComparisonOperator', 'Threshold', 'ThresholdType'];
const keyOf = (notification: Members) => KEYS.map((key) => notification[key]);

const isOf = (input: AwsCall['input']) => (one: Notified) =>
  isDeepStrictEqual(keyOf(one.notification), keyOf(recordAt(input, 'Notification')));

const ANSWERS: ReadonlyMap<string, (kept: Kept, input: AwsCall['input']) => AwsAnswer> = new Map([
  ['DescribeBudget', ({ budget }: Kept) => done({ Budget: budget })],
  ['DeleteBudget', () => done()],
  [
    'UpdateBudget',
    (kept: Kept, input: AwsCall['input']) => {
      kept.budget = { ...kept.budget, ...recordAt(input, 'NewBudget') };
      return done();
    },
  ],
  [
    'DescribeNotificationsForBudget',
    ({ notified }: Kept) => done({ Notifications: notified.map((one) => one.notification) }),
  ],
  [
    'CreateNotification',
    (kept: Kept, input: AwsCall['input']) => {
      if (kept.notified.some(isOf(input))) {
        return refuse('DuplicateRecordException', 'There is such a notification.');
      }
      kept.notified = [...kept.notified, notifiedOf(input)];
      return done();
    },
  ],
  [
    'DeleteNotification',
    (kept: Kept, input: AwsCall['input']) => {
      const isMeant = isOf(input);
      if (!kept.notified.some(isMeant)) return refuse('NotFoundException', 'No notification.');
      kept.notified = kept.notified.filter((one) => !isMeant(one));
      return done();
    },
  ],
  [
    'DescribeSubscribersForNotification',
    ({ notified }: Kept, input: AwsCall['input']) => {
      const found = notified.find(isOf(input));
      if (!found) return refuse('NotFoundException', 'No such notification.');
      return done({ Subscribers: found.subscribers });
    },
  ],
]);
