import { dirname, posix } from 'node:path';

import type { Node } from 'oxc-parser';

import { lineOf, type SourceFile, walkNodes } from './sourceFile.ts';

/** One place where a file names another module. */
export interface ImportSite {
  readonly specifier: string;
  /** Erased at run time. Such an import counts for layers and cycles all the same. */
  readonly typeOnly: boolean;
  readonly line: number;
}

/**
 * All imports of a file: `import`, `import type`, `export … from`, `import('…')` as a value and
 * as a type, `import x = require('…')`, `require('…')` and `require.resolve('…')`.
 */
export function importsOf(source: SourceFile): readonly ImportSite[] {
  const sites: ImportSite[] = [];
  for (const node of walkNodes(source.program)) {
    const found = importAt(node);
    if (found) sites.push({ ...found, line: lineOf(source.text, node.start) });
  }
  return sites;
}

/**
 * The file of ours that an import means, as a path of the repository, or undefined for a package
 * or a Node module. `#protocol/` is resolved as package.json's `imports` does.
 */
export function resolveOwn(importer: string, specifier: string): string | undefined {
  if (specifier.startsWith('#protocol/')) {
    return `server/src/protocol/${specifier.slice('#protocol/'.length)}.ts`;
  }
  if (!specifier.startsWith('.')) return undefined;
  return posix.normalize(posix.join(dirname(importer), specifier));
}

/** `@scope/name` or `name` of an import of a package; undefined for our own files and Node's. */
export function packageOf(specifier: string): string | undefined {
  if (/^(\.|#|node:)/.test(specifier)) return undefined;
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}

function importAt(node: Node): Pick<ImportSite, 'specifier' | 'typeOnly'> | undefined {
  switch (node.type) {
    case 'ImportDeclaration':
      return {
        specifier: node.source.value,
        typeOnly:
          node.importKind === 'type' ||
          (node.specifiers.length > 0 &&
            node.specifiers.every(
              (item) => item.type === 'ImportSpecifier' && item.importKind === 'type',
            )),
      };
    case 'ExportAllDeclaration':
      return { specifier: node.source.value, typeOnly: node.exportKind === 'type' };
    case 'ExportNamedDeclaration':
      return node.source
        ? { specifier: node.source.value, typeOnly: node.exportKind === 'type' }
        : undefined;
    case 'TSImportType':
      return { specifier: node.source.value, typeOnly: true };
    default:
      return requestAt(node);
  }
}

function requestAt(node: Node): Pick<ImportSite, 'specifier' | 'typeOnly'> | undefined {
  if (node.type === 'ImportExpression') return literal(node.source, false);
  if (node.type === 'TSExternalModuleReference') return literal(node.expression, false);
  if (node.type !== 'CallExpression') return undefined;
  const { callee } = node;
  const called = callee.type === 'MemberExpression' ? callee.object : callee;
  if (called.type !== 'Identifier' || called.name !== 'require') return undefined;
  return literal(node.arguments[0], false);
}

function literal(
  node: Node | undefined,
  typeOnly: boolean,
): Pick<ImportSite, 'specifier' | 'typeOnly'> | undefined {
  return node?.type === 'Literal' && typeof node.value === 'string'
    ? { specifier: node.value, typeOnly }
    : undefined;
}
