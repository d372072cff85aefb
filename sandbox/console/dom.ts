/** Making and finding elements. Text is only ever set as text: values of requests may be hostile. */

/** @throws Error when the page has no such element: page and program do not fit. */
export function byId<T extends Element>(id: string, type: new () => T): T {
  const found = document.getElementById(id);
  if (found instanceof type) return found;
  throw new Error(`the page has no ${type.name} #${id}`);
}

/** A child that is a string becomes text, whatever is in it. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className: string,
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  if (className !== '') element.className = className;
  element.append(...children);
  return element;
}

/** How well something stands; also the class that colors it. */
export type Tone = 'good' | 'near' | 'bad';

export const pill = (text: string, tone: Tone): HTMLElement => make('span', `pill ${tone}`, text);

interface Choice {
  readonly value: string;
  readonly text: string;
}

/** Offers the choices, and keeps the one that was chosen where it is still among them. */
export function offer(select: HTMLSelectElement, choices: readonly Choice[]): void {
  const chosen = select.value;
  select.replaceChildren(
    ...choices.map(({ value, text }) => {
      const option = make('option', '', text);
      option.value = value;
      return option;
    }),
  );
  if (choices.some(({ value }) => value === chosen)) select.value = chosen;
}

export const asChoices = (values: readonly string[]): readonly Choice[] =>
  values.map((value) => ({ value, text: value }));

const shown = new WeakMap<Element, string>();

/** Draws anew only what has changed: nobody loses a selection or a place to a poll. */
export function redraw(container: Element, data: unknown, draw: () => readonly Node[]): void {
  const key = JSON.stringify(data);
  if (shown.get(container) === key) return;
  shown.set(container, key);
  container.replaceChildren(...draw());
}
