/**
 * Actions of AWS Budgets:
 * https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_CreateBudgetAction.html
 */
import { randomUUID } from 'node:crypto';
import { type AwsAnswer, done, refuse } from './aws-answer.ts';
import type { AwsCall } from './aws-call.ts';
import { listAt, textAt } from './members.ts';
import type { TagLists } from './tags.ts';

export class BudgetActions {
  /** By id. */
  readonly actions = new Map<string, Readonly<Record<string, unknown>>>();
  readonly #tags: TagLists;

  constructor(tags: TagLists) {
    this.#tags = tags;
  }

  answer(operation: string, input: AwsCall['input']): AwsAnswer | undefined {
    const { AccountId, BudgetName, ResourceTags: _, ...given } = input;
    const of = { AccountId, BudgetName };
    if (operation === 'CreateBudgetAction') {
      const ActionId = randomUUID();
      this.actions.set(ActionId, { ...given, BudgetName, ActionId, Status: 'STANDBY' });
      this.#tags.add(arnOf(input, ActionId), listAt(input, 'ResourceTags'));
      return done({ ...of, ActionId });
    }
    const id = textAt(input, 'ActionId');
    const action = this.actions.get(id);
    if (!action) return refuse('NotFoundException', `No action ${id}.`);
    switch (operation) {
      case 'DescribeBudgetAction':
        return done({ ...of, Action: action });
      case 'UpdateBudgetAction':
        this.actions.set(id, { ...action, ...given });
        return done({ ...of, OldAction: action, NewAction: this.actions.get(id) });
      case 'DeleteBudgetAction':
        this.actions.delete(id);
        this.#tags.forget(arnOf(input, id));
        return done({ ...of, Action: action });
      default:
        return undefined;
    }
  }
}

const arnOf = (input: AwsCall['input'], id: string): string =>
  `arn:aws:budgets::${textAt(input, 'AccountId')}:budget/${textAt(input, 'BudgetName')}/action/${id}`;
