/** Where the sessions of a series begin. */
export interface SeriesSessions {
  /** Indices of their first points, ascending, beginning with 0; one session where left out. */
  readonly sessions?: readonly number[];
  /** The steps of these points; NaN where they have none. */
  readonly sessionSteps?: readonly number[];
}

/** The last session that begins at or before the index. */
export function sessionOf(sessions: readonly number[], index: number): number {
  let low = 0;
  let high = sessions.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((sessions[middle] ?? Number.POSITIVE_INFINITY) <= index) low = middle;
    else high = middle;
  }
  return low;
}

/** From which position on later sessions supersede the points of each session; infinite for none. */
export function supersededFrom({
  sessions = [0],
  sessionSteps = [],
}: SeriesSessions): Float64Array {
  const limits = new Float64Array(sessions.length);
  let lowest = Number.POSITIVE_INFINITY;
  for (let session = sessions.length - 1; session >= 0; session -= 1) {
    limits[session] = lowest;
    const step = sessionSteps[session] ?? Number.NaN;
    lowest = Math.min(lowest, Number.isNaN(step) ? (sessions[session] ?? 0) : step);
  }
  return limits;
}
