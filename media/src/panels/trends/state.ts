import type { Chart, Curve, TrendsMessage, TrendsSnapshot } from '#protocol/panels/trends';

/** What the panel shows; undefined until the first snapshot has come. */
export type TrendsState = TrendsSnapshot | undefined;

/** Points of one curve past which the panel asks for a fresh, reduced snapshot. */
export const pointLimit = 20_000;

type AppendedPoints = Extract<TrendsMessage, { type: 'append' }>['points'][number];

/** The next state. Pure; the same state when the message is not about what is drawn. */
export function reduceTrends(state: TrendsState, message: TrendsMessage): TrendsState {
  if (message.type === 'snapshot') return message;
  if (!state || state.configUri !== message.configUri || state.runId !== message.runId) {
    return state;
  }
  const points = new Map(message.points.map((entry) => [entry.metric, entry]));
  return { ...state, charts: state.charts.map((chart) => appendToChart(chart, points)) };
}

/** Whether the points that came one by one have become too many to draw. */
export function isOverfull(state: TrendsState): boolean {
  return (state?.charts ?? []).some(({ curves }) =>
    curves.some(({ steps }) => steps.length > pointLimit),
  );
}

/** What the run picker offers; the empty value follows the newest run. */
export interface RunPicker {
  readonly options: readonly { readonly value: string; readonly text: string }[];
  readonly value: string;
}

/** The picker for what is drawn; `picked` is the run that the user has chosen before, or empty. */
export function runPicker({ runs, runId }: TrendsSnapshot, picked: string): RunPicker {
  const value = picked === runId ? picked : '';
  const drawn = runs.find(({ id }) => id === runId)?.name;
  const follow = value === '' && drawn !== undefined ? `Newest: ${drawn}` : 'Newest run';
  return {
    options: [
      { value: '', text: follow },
      ...runs.map(({ id, name }) => ({ value: id, text: name })),
    ],
    value,
  };
}

function appendToChart(chart: Chart, points: ReadonlyMap<string, AppendedPoints>): Chart {
  if (!chart.curves.some(({ metric }) => points.has(metric))) return chart;
  return {
    ...chart,
    curves: chart.curves.map((curve) => {
      const added = points.get(curve.metric);
      return added ? appendToCurve(curve, added) : curve;
    }),
  };
}

/**
 * Steps that go back begin a new session of the run, which takes the place of what the old one had
 * from there on; so the steps of a curve always ascend.
 */
function appendToCurve(curve: Curve, { steps, values }: AppendedPoints): Curve {
  const merged: { steps: number[]; values: number[] } = {
    steps: [...curve.steps],
    values: [...curve.values],
  };
  steps.forEach((step, index) => {
    while ((merged.steps.at(-1) ?? Number.NEGATIVE_INFINITY) >= step) {
      merged.steps.pop();
      merged.values.pop();
    }
    merged.steps.push(step);
    merged.values.push(values[index] ?? Number.NaN);
  });
  return { ...curve, ...merged };
}
