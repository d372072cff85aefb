/**
 * Cost allocation tags of the account:
 * https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_UpdateCostAllocationTagsStatus.html
 */
import { done } from './aws-answer.ts';
import type { Api } from './aws-call.ts';
import { listAt, textAt } from './members.ts';

export class CostAllocationTags {
  /** Status by key. */
  readonly #statuses = new Map<string, string>();

  get active(): readonly string[] {
    return [...this.#statuses].flatMap(([key, status]) => (status === 'Active' ? [key] : []));
  }

  readonly api: Api = ({ service, operation, input }) => {
    if (service !== 'ce') return undefined;
    if (operation === 'UpdateCostAllocationTagsStatus') {
      for (const tag of listAt(input, 'CostAllocationTagsStatus')) {
        this.#statuses.set(textAt(tag, 'TagKey'), textAt(tag, 'Status'));
      }
      return done({ Errors: [] });
    }
    if (operation !== 'ListCostAllocationTags') return undefined;
    const CostAllocationTags = listAt(input, 'TagKeys').flatMap((key) => {
      const Status = this.#statuses.get(String(key));
      return Status === undefined ? [] : [{ TagKey: key, Type: 'UserDefined', Status }];
    });
    return done({ CostAllocationTags });
  };
}
