import { dirname, isAbsolute, resolve, sep } from 'node:path';

import type { ProjectFile } from '../model/projectFile.ts';
import { type ConfigNode, findNode, walkScalars } from '../syntax/configTree.ts';
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

/** Folders from which paths are understood, absolute. */
export interface LogFolders {
  /**
   * That which holds `counterweight.yaml`, else the workspace folder; the config's own where there
   * is none.
   */
  readonly project?: string | undefined;
  /** The workspace folder: a `counterweight.yaml` below it takes nothing away from what is found there. */
  readonly workspace?: string | undefined;
  /** What `~` stands for. */
  readonly home?: string | undefined;
}

/** Keys by which configs say where their runs go, as words: `log_dir`, `logDir` and `LOG_DIR`. */
const logKeys = new Set([
  ...['checkpoint dir', 'checkpoints dir', 'ckpt dir', 'default root dir', 'exp dir', 'exp folder'],
  ...['exp path', 'exp root', 'experiment dir', 'experiment folder', 'experiments dir', 'log dir'],
  ...['log directory', 'log folder', 'log path', 'log root', 'logdir', 'logger dir', 'logging dir'],
  ...['logging path', 'logs dir', 'out dir', 'out folder', 'out path', 'outdir', 'output dir'],
  ...[
    'output directory',
    'output folder',
    'output path',
    'output root',
    'outputs dir',
    'result dir',
  ],
  ...[
    'results dir',
    'run dir',
    'runs dir',
    'save dir',
    'save directory',
    'save folder',
    'save path',
  ],
  ...[
    'save root',
    'savedir',
    'snapshot dir',
    'summary dir',
    'sweep dir',
    'tb dir',
    'tensorboard dir',
  ],
  ...['tensorboard log dir', 'tracking uri', 'wandb dir', 'work dir', 'workdir', 'working dir'],
]);
/** Keys that mean a folder of what the key above them names: `hydra.run.dir`, `logging: {path: …}`. */
const folderKeys = new Set(['dir', 'directory', 'folder', 'path', 'root']);
/** Longer texts are no path. */
const longestPath = 1024;

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
 */
export function logRoots(
  configPath: string,
  root: ConfigNode | undefined,
  project: ProjectFile | undefined,
  { project: projectDir = dirname(configPath), workspace = projectDir, home }: LogFolders = {},
): readonly LogRoot[] {
  const beside = dirname(configPath);
  const named = (project?.logs ?? []).map((path) => ({
    path: resolve(projectDir, path),
    because: 'counterweight.yaml names it',
    confidence: 1,
  }));
  const written = writtenFolders(root, home).flatMap(({ key, path }): LogRoot[] => {
    const because = `the config's ${key} names it`;
    return [
      { path: resolve(beside, path), because, confidence: 0.9 },
      {
        path: resolve(projectDir, path),
        because: `${because}, seen from the project folder`,
        confidence: 0.8,
      },
      {
        path: resolve(workspace, path),
        because: `${because}, seen from the workspace folder`,
        confidence: 0.75,
      },
    ];
  });
  const isTooWide = ({ path }: LogRoot): boolean =>
    path === home ||
    [beside, projectDir, home ?? projectDir].some((folder) => isBelow(folder, path));
  const names = [...usualFolders.map((folder) => `${folder}/`), ...usualFiles];
  const usual = names.flatMap((name): LogRoot[] => {
    const isUsual = true;
    const place = (folder: string, where: string, confidence: number): LogRoot => ({
      path: resolve(folder, name),
      because: `${name} stands ${where}`,
      confidence,
      isUsual,
    });
    return [
      place(beside, 'beside it', 0.6),
      place(projectDir, 'in the project folder', 0.5),
      place(workspace, 'in the workspace folder', 0.45),
    ];
  });
  return surestOfEach([...named, ...written.filter((each) => !isTooWide(each)), ...usual]);
}

/** The folders that a config names, as far as they can be told from its text. */
function writtenFolders(
  root: ConfigNode | undefined,
  home: string | undefined,
): readonly { readonly key: string; readonly path: string }[] {
  return [...walkScalars(root)].flatMap(({ path, node }) => {
    if (typeof node.value !== 'string' || !isLogKey(path)) return [];
    const folder = certainPart(withReferences(root, node.value.trim()), home);
    return folder === undefined ? [] : [{ key: path.at(-1) ?? '', path: folder }];
  });
}

function isLogKey(path: readonly string[]): boolean {
  // What an option is called on a command line, or in Hydra's overrides, may have all keys in one.
  const keys = path.flatMap((key) => key.split('.'));
  const key = splitWords(keys.at(-1) ?? '').join(' ');
  if (logKeys.has(key)) return true;
  const above = splitWords(keys.at(-2) ?? '').join(' ');
  return folderKeys.has(key) && logKeys.has(`${above} ${key}`);
}

/** References of OmegaConf to other texts of the file, followed as far as three times. */
function withReferences(root: ConfigNode | undefined, text: string): string {
  const follow = (part: string, keys: string): string => {
    const node = findNode(root, keys.split('.'));
    const value = node?.kind === 'scalar' ? String(node.value ?? part) : part;
    return value.length > longestPath ? part : value;
  };
  const once = (part: string): string =>
    part.length > longestPath ? part : part.replace(/\$\{([A-Za-z_][\w.]*)\}/g, follow);
  return once(once(once(text)));
}

/**
 * A path up to the first part that only a run decides: `outputs` of `outputs/${now:%Y}`. Undefined
 * where nothing is certain, or too little, and for what is on no disk.
 */
function certainPart(text: string, home: string | undefined): string | undefined {
  const path = text.replace(/^file:(?:\/\/)?|^sqlite:\/\/\/(?=.)/, '');
  if (path.length > longestPath || /^[A-Za-z][\w+.-]+:\//.test(path)) return undefined;
  const [certain = ''] = path.split(/[${}<>%\0]/, 1);
  if (certain.length === path.length) return path === '' ? undefined : atHome(path, home);
  const folder = certain.slice(0, Math.max(0, certain.search(/[\\/][^\\/]*$/)));
  const parts = folder.split(/[\\/]/).filter((part) => !/^(\.*|~|[A-Za-z]:)$/.test(part));
  // A whole disk, or everybody's folders, would be too much to look through.
  return parts.length > (isAbsolute(folder) ? 1 : 0) ? atHome(folder, home) : undefined;
}

function atHome(path: string, home: string | undefined): string {
  return path.replace(/^~(?=[\\/]|$)/, (sign) => home ?? sign);
}

function isBelow(path: string, folder: string): boolean {
  return path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

/** Each path once, where it was surest; a root of the file system is never watched. */
function surestOfEach(roots: readonly LogRoot[]): readonly LogRoot[] {
  const best = new Map<string, LogRoot>();
  for (const root of [...roots].sort((a, b) => b.confidence - a.confidence)) {
    const isWhole = !isAbsolute(root.path) || dirname(root.path) === root.path;
    if (!isWhole && !best.has(root.path)) best.set(root.path, root);
  }
  return [...best.values()];
}
