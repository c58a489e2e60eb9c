import { button, element } from '../../element.ts';
import { hasManyVariants, type Report } from './state.ts';

/** So many variants are listed at first. */
const firstDiffs = 100;

export function hasDiffs({ variants }: Report): boolean {
  return variants.some(({ diff }) => diff.trim() !== '');
}

/** What each variant changes, with a way to change the config so. Of many variants each is opened by itself. */
export function diffs(report: Report, apply: (variant: string) => void): HTMLElement {
  const shown = report.variants.filter(({ diff }) => diff.trim() !== '');
  const isMany = hasManyVariants(report);
  const part = (variant: Report['variants'][number]): HTMLElement =>
    isMany ? folded(variant, apply) : open(variant, apply);
  const made = element('div', {}, ...shown.slice(0, firstDiffs).map(part));
  const rest = shown.slice(firstDiffs);
  if (rest.length === 0) return made;
  const more = button(`Show all ${shown.length} changes`, 'secondary', () => {
    more.replaceWith(...rest.map(part));
  });
  made.append(more);
  return made;
}

function open(
  { id, label, diff }: Report['variants'][number],
  apply: (variant: string) => void,
): HTMLElement {
  return element(
    'div',
    {},
    element(
      'div',
      { class: 'section-head' },
      element('h3', { text: label }),
      applyButton(id, label, apply),
    ),
    diffLines(diff),
  );
}

/** Filled when it is opened. */
function folded(
  { id, label, diff }: Report['variants'][number],
  apply: (variant: string) => void,
): HTMLElement {
  const made = element('details', {}, element('summary', { text: label }));
  made.addEventListener('toggle', () => {
    if (made.open && made.children.length === 1) {
      made.append(diffLines(diff), applyButton(id, label, apply));
    }
  });
  return made;
}

function applyButton(
  id: string,
  label: string,
  apply: (variant: string) => void,
): HTMLButtonElement {
  const made = button('Apply to config', 'secondary', () => apply(id));
  made.setAttribute('aria-label', `Apply ${label} to the config`);
  return made;
}

function diffLines(diff: string): HTMLElement {
  const lines = diff
    .trimEnd()
    .split('\n')
    .map((line) => element('span', { class: `line ${kindOfLine(line)}`, text: `${line}\n` }));
  return element('pre', { attributes: { tabindex: '0' } }, ...lines);
}

function kindOfLine(line: string): string {
  if (line.startsWith('+') && !line.startsWith('+++')) return 'added';
  if (line.startsWith('-') && !line.startsWith('---')) return 'removed';
  return 'kept';
}
