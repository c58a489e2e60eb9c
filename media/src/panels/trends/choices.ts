import type { ChartChoices } from '../../charts/chartChoices.ts';

/** What the user has chosen; a page remembers it while VS Code throws it away and makes it again. */
export interface TrendsChoices {
  /** By the name of the chart. */
  readonly charts: Readonly<Record<string, ChartChoices>>;
  /** Runs picked, by the URI of the config. */
  readonly picks: Readonly<Record<string, string>>;
}

/** Reads what was stored; anything that is not of the form counts as nothing chosen. */
export function readChoices(stored: unknown): TrendsChoices {
  return {
    charts: Object.fromEntries(
      entries(field(stored, 'charts')).map(([name, choices]) => [name, readChartChoices(choices)]),
    ),
    picks: Object.fromEntries(
      entries(field(stored, 'picks')).flatMap(([configUri, runId]) =>
        typeof runId === 'string' ? [[configUri, runId]] : [],
      ),
    ),
  };
}

function entries(value: unknown): readonly (readonly [string, unknown])[] {
  return typeof value === 'object' && value !== null ? Object.entries(value) : [];
}

function readChartChoices(stored: unknown): ChartChoices {
  const hidden = field(stored, 'hidden');
  const scale = field(stored, 'scale');
  return {
    hidden: Array.isArray(hidden) ? hidden.filter((name) => typeof name === 'string') : [],
    ...(scale === 'linear' || scale === 'log' ? { scale } : {}),
  };
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
