/** A metric that a term may be logged as. */
interface MetricChoice {
  readonly label: string;
  readonly description: string;
}

export function metricChoices(
  metrics: readonly { readonly name: string; readonly likeness: number; readonly bound: boolean }[],
): readonly MetricChoice[] {
  return metrics.map(({ name, likeness, bound }) => ({
    label: name,
    description: bound ? 'as it is now' : likenessText(likeness),
  }));
}

/** Below this a name is like another by chance. */
const alike = 0.35;

function likenessText(likeness: number): string {
  if (likeness >= 0.6) return 'its name fits';
  return likeness >= alike ? 'a name much like it' : '';
}

/** Folders in which runs lie that are known, each once, the ones with the most runs first. */
export function runFolders(runs: readonly { readonly path: string }[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const { path } of runs) {
    const cut = Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\'));
    const folder = path.slice(0, Math.max(cut, 0));
    if (folder !== '') counts.set(folder, (counts.get(folder) ?? 0) + 1);
  }
  return [...counts].sort((a, b) => b[1] - a[1]).map(([folder]) => folder);
}
