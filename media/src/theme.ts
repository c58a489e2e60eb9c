import { solid } from './solidColor.ts';
import type { Theme } from './themeColors.ts';

/** Variables of VS Code's chart colours, the best told apart first, with what stands in for them. */
const paletteVariables: readonly (readonly [string, string])[] = [
  ['--vscode-charts-blue', '#3794ff'],
  ['--vscode-charts-orange', '#d18616'],
  ['--vscode-charts-green', '#89d185'],
  ['--vscode-charts-purple', '#b180d7'],
  ['--vscode-charts-yellow', '#cca700'],
  ['--vscode-charts-red', '#f14c4c'],
];

/** Reads the theme that is on now. */
export function readTheme(): Theme {
  const style = getComputedStyle(document.body);
  const read = (variable: string, fallback: string): string =>
    style.getPropertyValue(variable).trim() || fallback;
  const foreground = read('--vscode-foreground', style.color);
  return {
    foreground,
    muted: read('--vscode-descriptionForeground', foreground),
    // Themes have no colour for this: their guides are too faint for a chart, or too strong.
    grid: 'rgba(128, 128, 128, 0.22)',
    palette: paletteVariables.map(([variable, fallback]) =>
      solid(read(variable, fallback), fallback),
    ),
    font: `11px ${read('--vscode-font-family', 'sans-serif')}`,
  };
}

/** Calls the listener when the user has changed the theme; VS Code swaps classes and variables. */
export function onThemeChange(listener: () => void): void {
  const observer = new MutationObserver(listener);
  observer.observe(document.body, { attributes: true, attributeFilter: ['class'] });
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['style'] });
}
