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

/** A folder in which the runs of a config may lie. */
interface FolderChoice {
  readonly path: string;
  /** Which runs lie there: a folder `logs` that is one run is offered as what lies above it. */
  readonly description: string;
}

/** What is known of a run. */
interface RunPlace {
  readonly path: string;
  readonly name: string;
  readonly configUris: readonly string[];
}

/** Folders in which runs lie that are known, each once, the ones with the most runs first. */
export function runFolders(runs: readonly RunPlace[], configUri: string): readonly FolderChoice[] {
  const folders = new Map<string, RunPlace[]>();
  for (const run of runs) {
    const cut = Math.max(run.path.lastIndexOf('/'), run.path.lastIndexOf('\\'));
    const folder = run.path.slice(0, Math.max(cut, 0));
    if (folder !== '') folders.set(folder, [...(folders.get(folder) ?? []), run]);
  }
  return [...folders]
    .sort((a, b) => b[1].length - a[1].length)
    .map(([path, inside]) => ({ path, description: placesText(inside, configUri) }));
}

const shownRuns = 3;

function placesText(runs: readonly RunPlace[], configUri: string): string {
  const names = runs.slice(0, shownRuns).map(({ name }) => name);
  const rest = runs.length - names.length;
  const list = [...names, ...(rest > 0 ? [`${rest} more`] : [])].join(', ');
  const isNow = runs.some(({ configUris }) => configUris.includes(configUri));
  return `${runs.length === 1 ? 'the run' : 'the runs'} ${list}${isNow ? ', as it is now' : ''}`;
}
