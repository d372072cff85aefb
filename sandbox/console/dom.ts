/**
 * Creates and finds elements. Text is only set as text, because values of requests can be hostile.
 */

/** @throws Error when the page has no such element: page and program do not fit. */
export function byId<T extends Element>(id: string, type: new () => T): T {
  const found = document.getElementById(id);
  if (found instanceof type) return found;
  throw new Error(`the page has no ${type.name} #${id}`);
}

/** A string child becomes text, never markup. */
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

/** Severity of a status; also its CSS class. */
export type Tone = 'good' | 'near' | 'bad';

export const pill = (text: string, tone: Tone): HTMLElement => make('span', `pill ${tone}`, text);

interface Choice {
  readonly value: string;
  readonly text: string;
}

/** Sets the choices, and keeps the selected one if it is still offered. */
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

/** Renders only changes, so that a poll loses neither a selection nor a scroll position. */
export function redraw(container: Element, data: unknown, draw: () => readonly Node[]): void {
  const key = JSON.stringify(data);
  if (shown.get(container) === key) return;
  shown.set(container, key);
  container.replaceChildren(...draw());
}
