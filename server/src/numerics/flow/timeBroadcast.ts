/**
 * How a time per sample, shape [B], meets a tensor of shape [B, N, D]: the factor of every entry, row by
 * row. 'samples' is what is meant (t[:, None, None]); 'last-axis' is what numpy and torch do without the
 * extra axes, an error unless D = B, and silently wrong where D = B (seed 001). Undefined where it fails.
 */
export function broadcastTime(
  times: readonly number[],
  shape: readonly [batch: number, tokens: number, features: number],
  along: 'samples' | 'last-axis',
): readonly number[] | undefined {
  const [batch, tokens, features] = shape;
  if (times.length !== (along === 'samples' ? batch : features)) return undefined;
  return Array.from({ length: batch * tokens * features }, (_, index) => {
    const at = along === 'samples' ? Math.floor(index / (tokens * features)) : index % features;
    return times[at] ?? Number.NaN;
  });
}
