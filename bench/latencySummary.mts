/** Latencies of one kind, in milliseconds. */
export interface LatencySummary {
  readonly name: string;
  readonly n: number;
  readonly p50: number;
  readonly p95: number;
  readonly max: number;
}

/** Nearest-rank percentiles. */
export function summarize(name: string, samples: readonly number[]): LatencySummary {
  const sorted = [...samples].sort((a, b) => a - b);
  const rank = (q: number): number =>
    sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? Number.NaN;
  return { name, n: sorted.length, p50: rank(0.5), p95: rank(0.95), max: rank(1) };
}

/** The summaries as a Markdown table. */
export function toTable(summaries: readonly LatencySummary[]): string {
  const rows = summaries.map(
    ({ name, n, p50, p95, max }) =>
      `| ${name} | ${n} | ${p50.toFixed(1)} | ${p95.toFixed(1)} | ${max.toFixed(1)} |`,
  );
  return [
    '| from the append until | n | p50 ms | p95 ms | max ms |',
    '|---|---|---|---|---|',
    ...rows,
  ].join('\n');
}
