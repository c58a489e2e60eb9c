import type {
  Chart,
  Curve,
  TrendsDetail,
  TrendsMessage,
  TrendsSnapshot,
} from '#protocol/panels/trends';
import type { Exactness } from '../../charts/curve.ts';
import type { StepRange } from '../../charts/zoom.ts';

/** What the panel knows: all steps, and some of them closer where they were asked for. */
export interface TrendsPage extends TrendsSnapshot {
  readonly detail?: TrendsDetail;
}

/** What the panel shows; undefined until the first snapshot has come. */
export type TrendsState = TrendsPage | undefined;

/** Points of one curve past which the panel asks for a fresh, reduced snapshot. */
export const pointLimit = 20_000;

type AppendedPoints = Extract<TrendsMessage, { type: 'append' }>['points'][number];
type Line = Curve['superseded'][number];

/** The next state. Pure; the same state when the message is not about what is drawn. */
export function reduceTrends(state: TrendsState, message: TrendsMessage): TrendsState {
  if (message.type === 'snapshot') return message;
  if (!state || state.configUri !== message.configUri || state.runId !== message.runId) {
    return state;
  }
  if (message.type === 'detail') return { ...state, detail: message };
  const points = new Map(message.points.map((entry) => [entry.metric, entry]));
  const { detail } = state;
  return {
    ...state,
    charts: state.charts.map((chart) => appendToChart(chart, points)),
    ...(detail ? { detail: appendToDetail(detail, points) } : {}),
  };
}

/** All steps are shown again. */
export function withoutDetail(state: TrendsState): TrendsState {
  if (!state?.detail) return state;
  const { detail: _, ...rest } = state;
  return rest;
}

/** Whether the points that came one by one have become too many to draw. */
export function isOverfull(state: TrendsState): boolean {
  const charts = [...(state?.charts ?? []), ...(state?.detail?.charts ?? [])];
  return charts.some(({ curves }) => curves.some(({ steps }) => steps.length > pointLimit));
}

/** The part of the steps to ask for when it is shown; undefined where that would show no more. */
export function rangeToAsk(
  state: TrendsState,
  shown: StepRange | undefined,
): { readonly from: number; readonly to: number } | undefined {
  if (!state || !shown) return undefined;
  const isReduced = ({ curves }: Chart): boolean => curves.some(({ reduced }) => reduced);
  if (!state.charts.some(isReduced)) return undefined;
  const [from, to] = [Math.floor(shown[0]), Math.ceil(shown[1])];
  const { detail } = state;
  const isKnown =
    detail && detail.from <= from && detail.to >= to && !detail.charts.some(isReduced);
  return isKnown ? undefined : { from, to };
}

/** The curves of a chart: those of all steps, with the closer ones in the place of their part. */
export function shownCurves(state: TrendsPage, chart: Chart): readonly Curve[] {
  const { detail } = state;
  const closer = detail?.charts.find(({ name }) => name === chart.name)?.curves ?? [];
  return chart.curves.map((curve) => {
    const part = closer.find(({ metric }) => metric === curve.metric);
    return detail && part ? putInto(curve, part, detail) : curve;
  });
}

/** What to say of a chart's exactness while these steps are shown. */
export function chartExactness(
  state: TrendsPage,
  name: Chart['name'],
  shown: StepRange | undefined,
): Exactness {
  const { detail } = state;
  const isCloser = detail && shown && detail.from <= shown[0] && detail.to >= shown[1];
  const charts = isCloser ? detail.charts : state.charts;
  const curves = charts.find((chart) => chart.name === name)?.curves ?? [];
  if (!curves.some(({ reduced }) => reduced)) return allPoints;
  const drawn = curves.reduce((sum, curve) => sum + drawnPoints(curve), 0);
  const all = curves.reduce((sum, { count }) => sum + count, 0);
  const points = `${formatCount(drawn)} points shown of ${formatCount(all)}`;
  const why = isCloser ? reasons[detail.state] : '';
  return {
    text: why === '' ? `reduced: ${points}` : `reduced: ${points}; ${why}`,
    sentence: `Reduced: ${points}, lowest and highest values kept.${why === '' ? '' : ` ${why}.`}`,
  };
}

const allPoints: Exactness = { text: 'exact', sentence: 'Exact: every point is drawn.' };

/** Why points that there is room for are not drawn. */
const reasons: Readonly<Record<TrendsDetail['state'], string>> = {
  complete: '',
  reading: 'reading the log again…',
  'too many': 'zoom in for more',
  unavailable: 'the log could not be read again',
};

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

function formatCount(count: number): string {
  return count.toLocaleString('en');
}

/** Points of a curve on the page; a superseded line begins with a point that is drawn already. */
function drawnPoints({ steps, superseded }: Curve): number {
  return superseded.reduce((sum, line) => sum + Math.max(1, line.steps.length - 1), steps.length);
}

/** Outside of the part, the curve goes on as it was: lines lead to the edges of what is shown. */
function putInto(curve: Curve, part: Curve, { from, to }: TrendsDetail): Curve {
  const before = cutLine(curve, (step) => step < from);
  const after = cutLine(curve, (step) => step > to);
  const outside = curve.superseded.flatMap((line) => [
    cutLine(line, (step) => step < from),
    cutLine(line, (step) => step > to),
  ]);
  return {
    ...curve,
    steps: [...before.steps, ...part.steps, ...after.steps],
    values: [...before.values, ...part.values, ...after.values],
    superseded: [...outside.filter(({ steps }) => steps.length > 0), ...part.superseded],
  };
}

/** Steps ascend, so what is kept lies together. */
function cutLine({ steps, values }: Line, isKept: (step: number) => boolean): Line {
  const first = steps.findIndex(isKept);
  if (first < 0) return { steps: [], values: [] };
  const end = steps.findLastIndex(isKept) + 1;
  return { steps: steps.slice(first, end), values: values.slice(first, end) };
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

/** Of the new points, the part keeps those that lie in it; others may supersede what it has. */
function appendToDetail(
  detail: TrendsDetail,
  points: ReadonlyMap<string, AppendedPoints>,
): TrendsDetail {
  const isInside = (step: number): boolean => step >= detail.from && step <= detail.to;
  const append = (curve: Curve): Curve => {
    const added = points.get(curve.metric);
    if (!added) return curve;
    const grown = appendToCurve(curve, added);
    const count = curve.count + added.steps.filter(isInside).length;
    return { ...grown, ...cutLine(grown, isInside), count };
  };
  const charts = detail.charts.map((chart) => ({ ...chart, curves: chart.curves.map(append) }));
  return { ...detail, charts };
}

/**
 * Steps that go back begin a new session of the run, which supersedes what the old one had from
 * there on: that becomes a line of its own, so that the steps of a curve always ascend.
 */
function appendToCurve(curve: Curve, { steps, values }: AppendedPoints): Curve {
  const merged = { steps: [...curve.steps], values: [...curve.values] };
  const superseded = [...curve.superseded];
  steps.forEach((step, index) => {
    const left = takeFrom(merged, step);
    if (left) superseded.push(left);
    merged.steps.push(step);
    merged.values.push(values[index] ?? Number.NaN);
  });
  return { ...curve, ...merged, superseded, count: curve.count + steps.length };
}

/**
 * Takes what a session that begins at this step supersedes from the end of a line, with the point
 * before it; undefined where the step does not go back.
 */
function takeFrom(line: Line, step: number): Line | undefined {
  if (!((line.steps.at(-1) ?? step) > step)) return undefined;
  let end = line.steps.length;
  while (end > 0 && (line.steps[end - 1] ?? step) >= step) end -= 1;
  const from = Math.max(0, end - 1);
  const left = { steps: line.steps.slice(from), values: line.values.slice(from) };
  line.steps.length = line.values.length = end;
  return left;
}
