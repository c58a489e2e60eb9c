/** The part of the steps that is shown, from and to. */
export type StepRange = readonly [number, number];

/** A range about a point, `factor` times as wide; clipped to what there is, undefined for all. */
export function zoomAbout(
  shown: StepRange,
  whole: StepRange,
  about: number,
  factor: number,
): StepRange | undefined {
  const low = Math.max(whole[0], about - (about - shown[0]) * factor);
  const high = Math.min(whole[1], about + (shown[1] - about) * factor);
  if (low <= whole[0] && high >= whole[1]) return undefined;
  // A step is a whole number: nothing is to be seen between two of them.
  return high - low < 2 ? shown : [low, high];
}

/** What several charts share: the part of the steps that they show. */
export class ZoomGroup {
  readonly #listeners = new Set<() => void>();
  #range: StepRange | undefined;
  #extent: StepRange = [0, 1];

  /** Name under which uPlot joins the cursors of the group. */
  readonly key: string;

  constructor(key: string) {
    this.key = key;
  }

  /** What is shown; undefined for all, also as it grows. */
  get range(): StepRange | undefined {
    return this.#range;
  }

  /** All steps that any chart of the group has: the charts share their axis. */
  get extent(): StepRange {
    return this.#extent;
  }

  /** Tells all steps that there are, before the charts are drawn. */
  setSteps(curves: readonly (readonly number[])[]): void {
    const firsts = curves.flatMap((steps) => steps[0] ?? []);
    const lasts = curves.flatMap((steps) => steps.at(-1) ?? []);
    const [low, high] = [Math.min(...firsts), Math.max(...lasts)];
    if (firsts.length > 0) this.#extent = low < high ? [low, high] : [low - 1, high + 1];
  }

  show(range: StepRange | undefined): void {
    this.#range = range;
    for (const listener of this.#listeners) listener();
  }

  /** Calls the listener when another part is to be shown, until the returned function is called. */
  follow(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
