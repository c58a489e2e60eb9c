import { dirname, isAbsolute, resolve } from 'node:path';

import type { ProjectFile } from '../model/projectFile.ts';
import { type ConfigNode, walkScalars } from '../syntax/configTree.ts';
import { splitWords } from './keyWords.ts';

/** A folder or file in which runs of a config may appear. It need not exist. */
export interface LogRoot {
  /** Absolute path. */
  readonly path: string;
  /** For the hover: why it is looked at. */
  readonly because: string;
  /** From 0 to 1. */
  readonly confidence: number;
  /** Nobody has named it: it is looked at because loggers and launchers commonly write there. */
  readonly isUsual?: true;
}

/** Keys by which configs say where their runs go, as words: `log_dir`, `logDir` and `LOG_DIR`. */
const logKeys = new Set([
  ...['log dir', 'logdir', 'log path', 'log folder', 'logging dir', 'output dir', 'outdir'],
  ...['out dir', 'output path', 'output folder', 'save dir', 'savedir', 'save path', 'work dir'],
  ...['workdir', 'exp dir', 'experiment dir', 'run dir', 'tensorboard dir', 'tb dir'],
]);

/** Folders in which the usual loggers and launchers put runs, sorted by name. */
const usualFolders: readonly string[] = [
  ...['.aim', 'checkpoints', 'dvclive', 'experiments', 'lightning_logs', 'log', 'logs', 'mlruns'],
  ...['multirun', 'output', 'outputs', 'results', 'runs', 'swanlog', 'tb_logger', 'tb_logs'],
  ...['trainer_output', 'training-runs', 'wandb', 'work_dirs'],
];
/** Files that are logs beside a config, sorted by name. `nohup` makes the last one. */
const usualFiles: readonly string[] = [
  ...['log.txt', 'metrics.csv', 'metrics.jsonl', 'mlflow.db', 'mlruns.db', 'nohup.out'],
  ...['train.log', 'training.log'],
];

/**
 * Where to look for the logs of a config, the surest first: what `counterweight.yaml` says, what
 * the config itself says, and the usual folders and files. Relative paths of a config are tried beside the
 * config and in the project folder, from which training is mostly started. Does no I/O.
 *
 * @param configPath absolute path of the config
 * @param projectDir absolute path of the folder that holds `counterweight.yaml`, else of the
 *   workspace folder; the config's own where there is none
 */
export function logRoots(
  configPath: string,
  root: ConfigNode | undefined,
  project: ProjectFile | undefined,
  projectDir = dirname(configPath),
): readonly LogRoot[] {
  const beside = dirname(configPath);
  const named = (project?.logs ?? []).map((path) => ({
    path: resolve(projectDir, path),
    because: 'counterweight.yaml names it',
    confidence: 1,
  }));
  const written = writtenFolders(root).flatMap(({ key, path }) => [
    { path: resolve(beside, path), because: `the config's ${key} names it`, confidence: 0.9 },
    {
      path: resolve(projectDir, path),
      because: `the config's ${key} names it, seen from the project folder`,
      confidence: 0.8,
    },
  ]);
  const names = [...usualFolders.map((folder) => `${folder}/`), ...usualFiles];
  const usual = names.flatMap((name): LogRoot[] => [
    {
      path: resolve(beside, name),
      because: `${name} stands beside it`,
      confidence: 0.6,
      isUsual: true,
    },
    {
      path: resolve(projectDir, name),
      because: `${name} stands in the project folder`,
      confidence: 0.5,
      isUsual: true,
    },
  ]);
  return surestOfEach([...named, ...written, ...usual]);
}

/** The folders that a config names. An interpolation or a placeholder cannot be followed. */
function writtenFolders(
  root: ConfigNode | undefined,
): readonly { readonly key: string; readonly path: string }[] {
  return [...walkScalars(root)].flatMap(({ path, node }) => {
    const key = path.at(-1) ?? '';
    if (!logKeys.has(splitWords(key).join(' ')) || typeof node.value !== 'string') return [];
    const folder = node.value.trim();
    return folder === '' || /[${}<>\0]|:\/\//.test(folder) ? [] : [{ key, path: folder }];
  });
}

/** Each path once, where it was surest; a root of the file system is never watched. */
function surestOfEach(roots: readonly LogRoot[]): readonly LogRoot[] {
  const best = new Map<string, LogRoot>();
  for (const root of roots) {
    const isWhole = !isAbsolute(root.path) || dirname(root.path) === root.path;
    if (!isWhole && !best.has(root.path)) best.set(root.path, root);
  }
  return [...best.values()].sort((a, b) => b.confidence - a.confidence);
}
