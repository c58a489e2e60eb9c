/** From `first` at step `start` in a straight line to `last` at step `end`, constant before and after. */
export function linearSchedule(
  step: number,
  start: number,
  end: number,
  first: number,
  last: number,
): number {
  if (step < start) return first;
  if (step >= end) return last;
  return first + ((last - first) * (step - start)) / (end - start);
}
