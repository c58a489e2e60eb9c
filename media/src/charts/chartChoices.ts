/** What the user has chosen for a chart; kept by the page. */
export interface ChartChoices {
  readonly hidden: readonly string[];
  readonly scale?: 'linear' | 'log';
}
