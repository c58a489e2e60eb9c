import { basename, dirname, join, relative, sep } from 'node:path';

/** Folders that hold no logs of interest and may be huge. */
const ignoredFolders: ReadonlySet<string> = new Set([
  '.git',
  '.hg',
  '.mypy_cache',
  '.tox',
  '.venv',
  '__pycache__',
  'node_modules',
  'site-packages',
]);

export function isIgnoredFolder(name: string): boolean {
  return ignoredFolders.has(name);
}

/** Names that say that a file is a log, whatever folder it is in. */
const logNames: readonly RegExp[] = [
  /tfevents|vdlrecords/,
  /\.(jsonl|ndjson|log\.json|csv|tsv|wandb|swanlab|log|out|err)$/,
  // What programs print is often kept as text; modded-nanogpt names it by a random id.
  /^(.*[^a-z])?(logs?|stdout|output|console|progress|train|training|history)([^a-z].*)?\.txt$/,
  /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.txt$/,
];
/** Logs of the loggers themselves, which can be huge and hold no metrics. */
const loggersOwn = /^debug(-[a-z]+)?\.log$/;
/** Logs with common names speak for their folder; under another name a file is a run of its own. */
const folderNames: readonly RegExp[] = [
  /^(history|logs?|metrics|scalars|train)\.(json|jsonl|ndjson|txt)$/,
  /^(history|logs?|metrics|monitor|progress|results|train|training|training_log)\.(csv|tsv|log)$/,
  /^progress\.txt$/,
  /^wandb-history\.jsonl$/,
];
/** MLflow's metric files, whose names are those of the metrics, and the folder of their run. */
const mlflowMetric = /^(.*[/\\](?:[0-9a-f]{32}|mlruns[/\\][^/\\]+[/\\][^/\\]+))[/\\]metrics[/\\]./;
/** One file for each metric, in folders of the run: DVCLive's and SwanLab's. */
const metricFiles = { csv: /^(.+)[/\\]plots[/\\]metrics[/\\]./, swanlab: /^(.+)[/\\]logs[/\\]./ };
/** Formats that make a folder for every run. */
const folderFormats: ReadonlySet<string> = new Set([
  'swanlab-backup',
  'tensorboard',
  'visualdl',
  'wandb',
]);

/** Whether a file could be a log, by its path alone; its content decides once it is opened. */
export function isLogCandidate(path: string): boolean {
  const name = basename(path).toLowerCase();
  if (loggersOwn.test(name)) return false;
  return logNames.some((names) => names.test(name)) || isFolderLog(name) || mlflowMetric.test(path);
}

function isFolderLog(name: string): boolean {
  return folderNames.some((names) => names.test(name));
}

/**
 * The folder or file that is the run which a log belongs to: the folder of a run of ours with
 * everything below it, else the folder that the format or the name of the file speaks for, else the
 * file.
 */
export function runPathOf(path: string, formatName: string): string {
  return (
    counterweightRunOf(path) ?? metricFolderOf(path, formatName) ?? runPathByName(path, formatName)
  );
}

/** The folder of a run with one file for each metric. */
function metricFolderOf(path: string, formatName: string): string | undefined {
  if (formatName === 'mlflow') return mlflowMetric.exec(path)?.[1];
  if (formatName === 'csv') return metricFiles.csv.exec(path)?.[1];
  return formatName === 'swanlab' ? metricFiles.swanlab.exec(path)?.[1] : undefined;
}

function runPathByName(path: string, formatName: string): string {
  // What a program prints repeats, rounded, what its other logs hold: as points of the same run
  // everything would count twice.
  if (formatName === 'stdout') return path;
  const speaksForFolder =
    folderFormats.has(formatName) || isFolderLog(basename(path).toLowerCase());
  return speaksForFolder ? dirname(path) : path;
}

/** What a person calls the run: its id if it is ours, else its path below the watched root. */
export function runNameOf(runPath: string, root: string): string {
  if (counterweightRunOf(join(runPath, 'x')) === runPath) return basename(runPath);
  const below = relative(root, runPath);
  if (below === '' || below.startsWith('..')) return basename(runPath);
  return below.split(sep).join('/');
}

/** `<any>/.counterweight/runs/<id>` where the path lies in such a folder. */
function counterweightRunOf(path: string): string | undefined {
  const parts = path.split(sep);
  for (let at = parts.length - 4; at >= 0; at -= 1) {
    if (parts[at] === '.counterweight' && parts[at + 1] === 'runs') {
      return parts.slice(0, at + 3).join(sep);
    }
  }
  return undefined;
}
