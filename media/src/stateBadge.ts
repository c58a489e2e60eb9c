import { element } from './element.ts';

/** The state of a run as a word with a mark before it: colour is never alone. */
export function stateBadge(state: string): HTMLElement {
  return element('span', { class: `badge badge-${state}`, text: state });
}
