import { type ImportSite, importsOf, packageOf, resolveOwn } from './imports.ts';
import type { SourceFile, Violation } from './sourceFile.ts';

/** The folders of server/src by layer, lowest first: a file imports lower layers only. */
export const layers = [
  ['base'],
  ['model'],
  ['numerics', 'protocol', 'readers', 'store', 'syntax'],
  ['ablation', 'discovery', 'ingest', 'rules', 'training'],
  ['workspace'],
  ['hostClient'],
  ['cli', 'lsp', 'trainHost'],
] as const;

/** Files that lie in server/src itself: the entries, and what builds the objects for them. */
const entryLayer = layers.length;

/** The entries start when they are loaded, so nobody may import them. */
const entries: readonly string[] = ['cliMain', 'main', 'trainHostMain', 'weightScanMain'].map(
  (name) => `server/src/${name}.ts`,
);

/** The lowest layer that may know the messages between processes. */
const firstLayerWithProtocol = 4;

interface Place {
  readonly folder: string;
  readonly layer: number;
}

/** What is wrong with the imports of the files; `exists` tells which files of ours there are. */
export function layerViolations(
  sources: readonly SourceFile[],
  exists: (path: string) => boolean,
): readonly Violation[] {
  return sources.flatMap((source) =>
    importsOf(source).flatMap((site) => {
      const message = importProblem(source.path, site, exists);
      return message === undefined ? [] : [{ path: source.path, line: site.line, message }];
    }),
  );
}

/** Folders of server/src that stand in no layer. */
export function foldersWithoutLayer(paths: readonly string[]): readonly string[] {
  const known: readonly string[] = layers.flat();
  const folders = paths.flatMap((path) => /^server\/src\/([^/]+)\//.exec(path)?.[1] ?? []);
  return [...new Set(folders)].filter((folder) => !known.includes(folder));
}

function importProblem(
  importer: string,
  site: ImportSite,
  exists: (path: string) => boolean,
): string | undefined {
  const target = resolveOwn(importer, site.specifier);
  if (target !== undefined) {
    if (!exists(target)) return `imports ${site.specifier}, which is no file`;
    if (importer.startsWith('server/src/')) return serverProblem(importer, target);
  }
  if (importer.startsWith('extension/src/')) return extensionProblem(site.specifier, target);
  if (importer.startsWith('media/src/')) return mediaProblem(site.specifier, target);
  return undefined;
}

function serverProblem(importer: string, target: string): string | undefined {
  const from = placeOf(importer);
  const to = placeOf(target);
  if (!from || !to) return `imports ${target}, outside of server/src and its layers`;
  if (entries.includes(target)) return `imports the entry ${target}`;
  if (from.folder === to.folder) return undefined;
  if (to.layer > from.layer) return `(layer ${from.layer}) imports ${target} of layer ${to.layer}`;
  if (to.layer === from.layer) return `imports ${target} of a sibling folder of its own layer`;
  if (to.folder === 'protocol' && from.layer < firstLayerWithProtocol) {
    return `(layer ${from.layer}) imports ${target}; protocol is for layers ${firstLayerWithProtocol} and up`;
  }
  return undefined;
}

function extensionProblem(specifier: string, target: string | undefined): string | undefined {
  const own = target?.startsWith('extension/src/') || specifier.startsWith('#protocol/');
  const packages = ['vscode', 'vscode-languageclient'];
  if (own || specifier.startsWith('node:') || packages.includes(packageOf(specifier) ?? '')) {
    return undefined;
  }
  return `imports ${specifier}; the extension knows vscode, vscode-languageclient, #protocol and Node`;
}

function mediaProblem(specifier: string, target: string | undefined): string | undefined {
  const own = target?.startsWith('media/src/') || specifier.startsWith('#protocol/panels/');
  if (own || packageOf(specifier) === 'uplot') return undefined;
  return `imports ${specifier}; web views know #protocol/panels and uplot`;
}

function placeOf(path: string): Place | undefined {
  if (!path.startsWith('server/src/')) return undefined;
  const rest = path.slice('server/src/'.length).split('/');
  if (rest.length === 1) return { folder: '', layer: entryLayer };
  const [folder = ''] = rest;
  const layer = layers.findIndex((folders: readonly string[]) => folders.includes(folder));
  return layer < 0 ? undefined : { folder, layer };
}
