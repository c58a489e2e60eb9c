import { basename, dirname, join, relative, sep } from 'node:path';

import { userPatternName } from '../readers/userPattern.ts';

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

/** Whether the folder at this path is not looked into. Aim's hold databases in many parts. */
export function isIgnoredFolder(path: string): boolean {
  if (ignoredFolders.has(basename(path))) return true;
  return basename(dirname(path)) === aimFolder && aimFolderOf(path) === undefined;
}

const aimFolder = '.aim';
/** Files that are in every folder of Aim's, and nowhere else. */
const aimFiles: ReadonlySet<string> = new Set(['VERSION', 'run_metadata.sqlite']);

/** The folder of Aim that a file is in, by its path alone. */
export function aimFolderOf(path: string): string | undefined {
  const folder = dirname(path);
  return basename(folder) === aimFolder && aimFiles.has(basename(path)) ? folder : undefined;
}

/** Databases, and the files with changes that SQLite keeps beside them. */
const databaseNames = /\.(db|sqlite3?|swanlab)$/i;
const databaseParts = /^(.+\.(?:db|sqlite3?|swanlab))-(?:wal|journal)$/i;
/** Files that are rewritten as a whole. */
const snapshotNames = /^(trainer_state.*|wandb-summary|metrics)\.json$/;

/** Whether a file could be a database, by its path alone. */
export function isDatabase(path: string): boolean {
  return databaseNames.test(path);
}

/** The database whose changes this file holds, else the path itself. */
export function loggedPathOf(path: string): string {
  return databaseParts.exec(path)?.[1] ?? path;
}

/** Names that say that a file is a log, whatever folder it is in. */
const logNames: readonly RegExp[] = [
  /tfevents|vdlrecords/,
  // mmengine's, by the time of the start.
  /(^|_)\d{8}_\d{6}\.json$/,
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
  // What counterweight_probe.py writes beside the logs of the program.
  /^counterweight\.jsonl$/,
];
/** MLflow's metric files, whose names are those of the metrics, and the folder of their run. */
const mlflowMetric = /^(.*[/\\](?:[0-9a-f]{32}|mlruns[/\\][^/\\]+[/\\][^/\\]+))[/\\]metrics[/\\]./;
/** One file for each metric, in folders of the run: DVCLive's and SwanLab's. */
const metricFiles = { csv: /^(.+)[/\\]plots[/\\]metrics[/\\]./, swanlab: /^(.+)[/\\]logs[/\\]./ };
/** Formats that make a folder for every run. */
const folderFormats: ReadonlySet<string> = new Set([
  'dvclive-summary',
  'swanlab-backup',
  'tensorboard',
  'visualdl',
  'wandb',
]);

/** Whether a file could be a log, by its path alone; its content decides once it is opened. */
export function isLogCandidate(path: string): boolean {
  const name = basename(path).toLowerCase();
  if (loggersOwn.test(name)) return false;
  if (aimFolderOf(path) !== undefined) return true;
  const names = [databaseNames, databaseParts, snapshotNames, ...logNames, ...folderNames];
  return names.some((pattern) => pattern.test(name)) || mlflowMetric.test(path);
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
    counterweightRunOf(path) ??
    metricFolderOf(path, formatName) ??
    snapshotFolderOf(path, formatName) ??
    runPathByName(path, formatName)
  );
}

/** Of the files of a run that lie in a folder of their own within that of the run. */
function snapshotFolderOf(path: string, formatName: string): string | undefined {
  const folder = dirname(path);
  const isInner =
    formatName === 'trainer-state'
      ? /^checkpoint-\d+$/.test(basename(folder))
      : formatName === 'wandb-summary' && basename(folder) === 'files';
  if (isInner) return dirname(folder);
  return formatName === 'trainer-state' || formatName === 'wandb-summary' ? folder : undefined;
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
  if (formatName === 'stdout' || formatName === userPatternName) return path;
  // There the same lines stand in scalars.json, which is read as another format of the run.
  if (formatName === 'mmengine' && basename(dirname(path)) === 'vis_data') return dirname(path);
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
