/** From `first` at step `start` along half a cosine wave to `last` at step `end`, constant before and after. */
export function cosineSchedule(
  step: number,
  start: number,
  end: number,
  first: number,
  last: number,
): number {
  if (step < start) return first;
  if (step >= end) return last;
  const wave = (1 + Math.cos((Math.PI * (step - start)) / (end - start))) / 2;
  return last + (first - last) * wave;
}
