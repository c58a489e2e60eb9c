import { describe, expect, it } from 'vitest';

import { importCycles } from './support/cycles.ts';
import { globalViolations, homeViolations, undeclaredPackages } from './support/homes.ts';
import { importsOf, resolveOwn } from './support/imports.ts';
import { foldersWithoutLayer, layerViolations } from './support/layers.ts';
import { manifestSchema } from './support/manifest.ts';
import { purityViolations } from './support/purity.ts';
import { parsedSources, productFolders, readText, repositoryFiles } from './support/repository.ts';
import { describeViolations, parseSource, type SourceFile } from './support/sourceFile.ts';

const sources = parsedSources(productFolders);
const files = new Set(repositoryFiles());

function sample(path: string, text: string): readonly SourceFile[] {
  return [parseSource(path, text)];
}

function graphOf(parsed: readonly SourceFile[]): ReadonlyMap<string, readonly string[]> {
  return new Map(
    parsed.map((source) => [
      source.path,
      importsOf(source).flatMap((site) => resolveOwn(source.path, site.specifier) ?? []),
    ]),
  );
}

describe('layers', () => {
  it('are kept by every import', () => {
    expect(describeViolations(layerViolations(sources, (path) => files.has(path)))).toEqual([]);
  });

  it('have a place for every folder of the server', () => {
    expect(foldersWithoutLayer(sources.map((source) => source.path))).toEqual([]);
    expect(foldersWithoutLayer(['server/src/shared/x.ts', 'server/src/base/y.ts'])).toEqual([
      'shared',
    ]);
  });

  it.each([
    ['server/src/base/a.ts', `import type { B } from '../model/b.ts';`, 'of layer 1'],
    ['server/src/rules/a.ts', `import { b } from '../ingest/b.ts';`, 'sibling folder'],
    ['server/src/rules/a.ts', `type B = import('../workspace/b.ts').B;`, 'of layer 4'],
    ['server/src/rules/a.ts', `const b = await import('../lsp/b.ts');`, 'of layer 6'],
    ['server/src/rules/a.ts', `import { b } from '../protocol/b.ts';`, 'layers 4 and up'],
    ['server/src/rules/a.ts', `import { b } from '#protocol/b';`, 'layers 4 and up'],
    ['server/src/lsp/a.ts', `import { b } from '../main.ts';`, 'the entry'],
    ['server/src/lsp/a.ts', `import { b } from '../../../media/src/b.ts';`, 'outside'],
    ['extension/src/a.ts', `import { b } from '../../server/src/model/b.ts';`, 'the extension'],
    ['extension/src/a.ts', `import z from 'zod';`, 'the extension'],
    ['media/src/a.ts', `import { b } from '#protocol/runs';`, 'web views'],
    ['media/src/a.ts', `import fs from 'node:fs';`, 'web views'],
  ])('are broken by %s: %s', (path, text, message) => {
    const found = describeViolations(layerViolations(sample(path, text), () => true));
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(message);
  });

  it('are broken by an import of a file that is not there', () => {
    const bad = sample('server/src/base/a.ts', `import { b } from './b';`);
    expect(describeViolations(layerViolations(bad, (path) => files.has(path)))).toEqual([
      'server/src/base/a.ts:1 imports ./b, which is no file',
    ]);
  });

  it('allow what lies below and beside', () => {
    const good = [
      ...sample('server/src/lsp/a.ts', `import '../base/a.ts'; import '../protocol/b.ts';`),
      ...sample('server/src/rules/a.ts', `import './catalog/b.ts'; import 'zod';`),
      ...sample('extension/src/a.ts', `import 'vscode'; import '#protocol/runs'; import './b.ts';`),
      ...sample('media/src/a.ts', `import 'uplot'; import '#protocol/panels/trends';`),
    ];
    expect(layerViolations(good, () => true)).toEqual([]);
  });
});

describe('modules stay at home', () => {
  it('in every file', () => {
    expect(describeViolations(homeViolations(sources))).toEqual([]);
    expect(
      describeViolations(globalViolations(sources, 'acquireVsCodeApi', 'media/src/host.ts')),
    ).toEqual([]);
  });

  it.each([
    ['server/src/workspace/a.ts', `import type { Hover } from 'vscode-languageserver';`],
    ['server/src/lsp/a.ts', `import type { Uri } from 'vscode';`],
    ['server/src/training/a.ts', `import * as tf from '@tensorflow/tfjs-core';`],
    ['server/src/trainHost/a.ts', `import type * as tf from '@tensorflow/tfjs-core';`],
    ['server/src/training/a.ts', `const tf = require('@tensorflow/tfjs-node-gpu');`],
    ['server/src/training/a.ts', `const at = require.resolve('webgpu');`],
    ['server/src/workspace/a.ts', `import { watch } from 'chokidar';`],
    ['server/src/rules/a.ts', `import { readFileSync } from 'fs';`],
    ['server/src/lsp/a.ts', `import { readFile } from 'node:fs/promises';`],
    ['server/src/ingest/a.ts', `import { spawn } from 'node:child_process';`],
  ])('but not in %s: %s', (path, text) => {
    expect(homeViolations(sample(path, text))).toHaveLength(1);
  });

  it('with types of TensorFlow.js open to all of training', () => {
    const good = [
      ...sample('server/src/training/a.ts', `import type * as tf from '@tensorflow/tfjs-core';`),
      ...sample('server/src/training/backends/a.ts', `import '@tensorflow/tfjs-core';`),
    ];
    expect(homeViolations(good)).toEqual([]);
  });

  it('and the web view has one door to its host', () => {
    const bad = sample('media/src/panels/a.ts', 'const api = acquireVsCodeApi();');
    expect(globalViolations(bad, 'acquireVsCodeApi', 'media/src/host.ts')).toHaveLength(1);
  });
});

describe('packages', () => {
  const manifest = manifestSchema.parse(JSON.parse(readText('package.json')));
  const shipped = new Set([
    ...Object.keys(manifest.dependencies),
    ...Object.keys(manifest.optionalDependencies),
    'vscode',
  ]);

  it('that the product imports are named in package.json', () => {
    expect(describeViolations(undeclaredPackages(sources, shipped))).toEqual([]);
  });

  it('that nobody names are found', () => {
    const bad = sample('server/src/base/a.ts', `import { pick } from 'lodash/pick';`);
    expect(undeclaredPackages(bad, shipped)).toHaveLength(1);
  });
});

describe('pure parts', () => {
  it('read no clock, draw nothing at random and touch nothing', () => {
    expect(describeViolations(purityViolations(sources))).toEqual([]);
  });

  it.each([
    'const now = Date.now();',
    'const now = new Date();',
    'const x = Math.random();',
    'setTimeout(() => undefined, 1);',
    'const home = process.env.HOME;',
    `import { readFileSync } from 'node:fs';`,
    'console.log(1);',
  ])('are not pure with %s', (text) => {
    expect(purityViolations(sample('server/src/rules/catalog/a.ts', text))).toHaveLength(1);
  });

  it('may compute', () => {
    const text = 'const day = new Date(0); const y = Math.max(1, 2);';
    expect(purityViolations(sample('server/src/rules/catalog/a.ts', text))).toEqual([]);
  });
});

describe('import cycles', () => {
  it('are nowhere, counting types', () => {
    expect(importCycles(graphOf(sources))).toEqual([]);
  });

  it('are found, through types too, each with its members', () => {
    const bad = [
      ...sample('a.ts', `import type { B } from './b.ts'; import './c.ts';`),
      ...sample('b.ts', `export { c } from './c.ts';`),
      ...sample('c.ts', `type A = import('./a.ts').A;`),
      ...sample('d.ts', `import './d.ts';`),
      ...sample('e.ts', `import './a.ts';`),
    ];
    expect(importCycles(graphOf(bad))).toEqual([['a.ts', 'b.ts', 'c.ts'], ['d.ts']]);
  });
});
