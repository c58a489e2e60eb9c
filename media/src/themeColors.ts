/** Colours and font of the page as concrete values: a canvas knows no CSS variables. */
export interface Theme {
  readonly foreground: string;
  readonly muted: string;
  readonly grid: string;
  /** Colours of curves; they repeat with another dash, see `strokeOf`. */
  readonly palette: readonly string[];
  /** CSS shorthand for the text of axes. */
  readonly font: string;
}

/** The line of the curve with this index: past the end of the palette, colours repeat dashed. */
export function strokeOf(
  theme: Theme,
  index: number,
): { readonly color: string; readonly dash: number[] } {
  const { palette, foreground } = theme;
  const round = Math.floor(index / palette.length);
  return {
    color: palette[index % palette.length] ?? foreground,
    dash: round === 0 ? [] : [6, 2 + 2 * round],
  };
}
