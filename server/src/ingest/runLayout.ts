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

/** Whether a file could be a log, by its name alone; its content decides once it is opened. */
export function isLogCandidate(path: string): boolean {
  const name = basename(path).toLowerCase();
  if (name.includes('tfevents') || /\.(jsonl|ndjson|log\.json)$/.test(name)) return true;
  return isFolderLog(name);
}

/** JSON lines of these names speak for their folder; under any other name a file is a run of its own. */
function isFolderLog(name: string): boolean {
  return /^(history|logs?|metrics|train)\.(json|jsonl|ndjson|txt)$/.test(name);
}

/**
 * The folder or file that is the run which a log belongs to: the folder of a run of ours with
 * everything below it, else the folder of event files and of logs with a common name, else the file.
 */
export function runPathOf(path: string, formatName: string): string {
  const ownRun = counterweightRunOf(path);
  if (ownRun !== undefined) return ownRun;
  const speaksForFolder = formatName === 'tensorboard' || isFolderLog(basename(path).toLowerCase());
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
