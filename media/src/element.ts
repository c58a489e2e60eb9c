/** What an element is made with; all text goes in as text, never as HTML. */
export interface ElementOptions {
  readonly class?: string;
  readonly text?: string;
  readonly attributes?: Readonly<Record<string, string>>;
}

/** Makes an element with its children. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  options: ElementOptions = {},
  ...children: readonly (Node | undefined)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  if (options.class !== undefined) made.className = options.class;
  if (options.text !== undefined) made.textContent = options.text;
  for (const [name, value] of Object.entries(options.attributes ?? {})) {
    made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child !== undefined));
  return made;
}

/** A button that does something when it is pressed. */
export function button(text: string, style: string, press: () => void): HTMLButtonElement {
  const made = element('button', { class: style, text, attributes: { type: 'button' } });
  made.addEventListener('click', press);
  return made;
}

/** A table with a row of heads; the first cell of each row is its head. */
export function table(
  caption: string,
  heads: readonly string[],
  rows: readonly (readonly string[])[],
): HTMLTableElement {
  const head = heads.map((text) => element('th', { text, attributes: { scope: 'col' } }));
  const body = rows.map(([first = '', ...rest]) =>
    element(
      'tr',
      {},
      element('th', { text: first, attributes: { scope: 'row' } }),
      ...rest.map((text) => element('td', { text })),
    ),
  );
  return element(
    'table',
    {},
    element('caption', { class: 'hidden', text: caption }),
    element('thead', {}, element('tr', {}, ...head)),
    element('tbody', {}, ...body),
  );
}
