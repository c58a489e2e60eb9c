/**
 * √Σ|Δ|² / √Σ|θ|² over the tensors of a group of parameters: how far a step moved it, in its own size. NaN
 * where the group is all zero. (Rule R10 of science.md §2.4.)
 */
export function groupUpdateRatio(
  parameters: readonly (readonly number[])[],
  changes: readonly (readonly number[])[],
): number {
  return length(changes) / length(parameters);
}

/**
 * Seed 004 as written: the mean over tensors of |Δ|/(|θ| + ε). A bias that starts at zero gives 5e8: use
 * `groupUpdateRatio`.
 */
export function meanTensorUpdateRatio(
  parameters: readonly (readonly number[])[],
  changes: readonly (readonly number[])[],
  epsilon = 1e-12,
): number {
  const ratios = parameters.map(
    (tensor, index) => length([changes[index] ?? []]) / (length([tensor]) + epsilon),
  );
  return ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length;
}

function length(tensors: readonly (readonly number[])[]): number {
  let squares = 0;
  for (const tensor of tensors) for (const value of tensor) squares += value * value;
  return Math.sqrt(squares);
}
