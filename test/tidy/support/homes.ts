import { type ImportSite, importsOf, packageOf } from './imports.ts';
import { lineOf, type SourceFile, type Violation, walkNodes } from './sourceFile.ts';

/** Modules that only some places may import (invariants 1 and 2 of docs/ARCHITECTURE.md). */
export interface Home {
  readonly what: string;
  readonly matches: (specifier: string) => boolean;
  /** Starts of the paths where it may be imported. */
  readonly allowed: readonly string[];
  /** Starts of the paths where its types may be imported too. */
  readonly typesAllowed?: readonly string[];
}

const server = (...folders: readonly string[]): readonly string[] =>
  folders.map((folder) => `server/src/${folder}`);

export const homes: readonly Home[] = [
  {
    what: 'a package of the Language Server Protocol',
    matches: (specifier) =>
      /^vscode-(languageserver|jsonrpc|languageclient|uri)/.test(packageOf(specifier) ?? ''),
    allowed: [...server('lsp/', 'main.ts'), 'extension/src/'],
  },
  {
    what: 'vscode',
    matches: (specifier) => specifier === 'vscode',
    allowed: ['extension/src/'],
  },
  {
    what: 'a package of TensorFlow.js or one of its engines',
    matches: (specifier) =>
      specifier.startsWith('@tensorflow/') ||
      ['webgpu', 'onnxruntime-node'].includes(packageOf(specifier) ?? ''),
    allowed: server('training/backends/'),
    typesAllowed: server('training/'),
  },
  {
    what: 'chokidar',
    matches: (specifier) => packageOf(specifier) === 'chokidar',
    allowed: server('ingest/'),
  },
  {
    what: 'the file system',
    matches: (specifier) => /^(node:)?fs(\/promises)?$/.test(specifier),
    allowed: [
      ...server('ablation/launchers/', 'cli/', 'hostClient/', 'ingest/', 'trainHost/'),
      ...server('training/backends/', 'workspace/', 'main.ts', 'cliMain.ts', 'trainHostMain.ts'),
      'extension/src/',
    ],
  },
  {
    what: 'node:child_process',
    matches: (specifier) => /^(node:)?child_process$/.test(specifier),
    allowed: [
      ...server('ablation/launchers/', 'hostClient/', 'main.ts', 'cliMain.ts'),
      'extension/src/',
    ],
  },
];

/** Imports of such a module from elsewhere. */
export function homeViolations(sources: readonly SourceFile[]): readonly Violation[] {
  return sources.flatMap((source) =>
    importsOf(source).flatMap((site) =>
      homes
        .filter((home) => home.matches(site.specifier) && !isAtHome(source.path, site, home))
        .map((home) => ({
          path: source.path,
          line: site.line,
          message: `imports ${site.specifier}: ${home.what} is for ${home.allowed.join(', ')}`,
        })),
    ),
  );
}

/** Imports of packages that package.json does not name, so that they are there by chance only. */
export function undeclaredPackages(
  sources: readonly SourceFile[],
  declared: ReadonlySet<string>,
): readonly Violation[] {
  return sources.flatMap((source) =>
    importsOf(source).flatMap(({ specifier, line }) => {
      const name = packageOf(specifier);
      if (name === undefined || declared.has(name)) return [];
      return [{ path: source.path, line, message: `imports ${name}, which package.json lacks` }];
    }),
  );
}

/** Uses of a global name, in any file but the one that owns it. */
export function globalViolations(
  sources: readonly SourceFile[],
  name: string,
  owner: string,
): readonly Violation[] {
  return sources
    .filter((source) => source.path !== owner)
    .flatMap((source) =>
      [...walkNodes(source.program)]
        .filter((node) => node.type === 'Identifier' && node.name === name)
        .map((node) => ({
          path: source.path,
          line: lineOf(source.text, node.start),
          message: `mentions ${name}; only ${owner} may`,
        })),
    );
}

function isAtHome(path: string, site: ImportSite, home: Home): boolean {
  const places = site.typeOnly ? [...home.allowed, ...(home.typesAllowed ?? [])] : home.allowed;
  return places.some((place) => path.startsWith(place));
}
