/** Tags of resources, by ARN, as the services that keep a list of keys and values do. */
import { type AwsAnswer, done, refuse } from './aws-answer.ts';
import type { AwsCall } from './aws-call.ts';
import { listAt, textAt } from './members.ts';

export const isTagging = (operation: string): boolean =>
  /^(ListTagsForResource|TagResource|UntagResource)$/.test(operation);

export class TagLists {
  readonly #names: { readonly key: string; readonly value: string };
  readonly #tags = new Map<string, Map<string, string>>();

  /** @param names how the service spells the members of a tag. */
  constructor(names: { readonly key: string; readonly value: string }) {
    this.#names = names;
  }

  add(arn: string, tags: readonly unknown[]): void {
    const all = this.#tags.get(arn) ?? new Map<string, string>();
    for (const tag of tags) all.set(textAt(tag, this.#names.key), textAt(tag, this.#names.value));
    this.#tags.set(arn, all);
  }

  remove(arn: string, keys: readonly unknown[]): void {
    for (const key of keys) this.#tags.get(arn)?.delete(String(key));
  }

  forget(arn: string): void {
    this.#tags.delete(arn);
  }

  /** The answer of the service to a request about the tags of a resource. */
  answer(operation: string, arn: string, input: AwsCall['input'], notFound: string): AwsAnswer {
    const tags = this.list(arn);
    if (!tags) return refuse(notFound, `No resource ${arn}.`);
    if (operation === 'ListTagsForResource') return done({ ResourceTags: tags });
    if (operation === 'TagResource') this.add(arn, listAt(input, 'ResourceTags'));
    else this.remove(arn, listAt(input, 'ResourceTagKeys'));
    return done();
  }

  /** @returns undefined where there is no such resource. */
  list(arn: string): readonly Readonly<Record<string, string>>[] | undefined {
    const { key, value } = this.#names;
    const tags = this.#tags.get(arn);
    return tags && [...tags].map(([name, text]) => ({ [key]: name, [value]: text }));
  }
}
