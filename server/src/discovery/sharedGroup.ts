/** `step/<group>_update_ratio` of our vocabulary. */
const updateRatio = /^step\/(.+)_update_ratio$/;
/** `grad/<term>@<group>` and the other figures of gradients in a group of their own. */
const inGroup = /^grad\w*\/.+@([^@]+)$/;

/**
 * The parameter group that the gradient figures without `@` are of, where the names of a log in our
 * vocabulary tell: the only group whose steps are measured and whose gradients have no `@`.
 * Undefined where all groups have one, so that the figures are of all parameters, or nothing tells.
 */
export function sharedGroupOf(metrics: readonly string[]): string | undefined {
  const apart = new Set(metrics.flatMap((metric) => inGroup.exec(metric)?.[1] ?? []));
  const groups = metrics.flatMap((metric) => updateRatio.exec(metric)?.[1] ?? []);
  const left = groups.filter((group) => !apart.has(group));
  return apart.size > 0 && left.length === 1 ? left[0] : undefined;
}
