/**
 * `before` up to and without step `at`, `after` from there on (seed 001, strategy 3: 2.0, then 0.5). Trap:
 * Adam's second moment keeps the old scale for about 1/(1−β₂) = 1000 steps after the jump.
 */
export function stepSchedule(step: number, at: number, before: number, after: number): number {
  return step < at ? before : after;
}
