/** Tags of resources, by ARN, as the services that keep a list of keys and values do. */
import { textAt } from './members.ts';

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

  /** @returns undefined where there is no such resource. */
  list(arn: string): readonly Readonly<Record<string, string>>[] | undefined {
    const { key, value } = this.#names;
    const tags = this.#tags.get(arn);
    return tags && [...tags].map(([name, text]) => ({ [key]: name, [value]: text }));
  }
}
