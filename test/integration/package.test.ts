import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import {
  nativeFiles,
  packagesWithout,
  packTargets,
  targetOfThisMachine,
} from '../../scripts/nativePackages.mts';
import { softwareVulkan } from '../support/softwareVulkan.ts';
import { TemporaryWorkspace } from '../support/temporaryWorkspace.ts';
import { smallConfigs } from './support/smallConfigs.ts';
import { runTrainHost } from './support/trainHostRun.ts';
import { unpackZip, zipEntries } from './support/zipFile.ts';

const root = join(import.meta.dirname, '..', '..');
const vsix = join(root, 'dist', 'counterweight.vsix');
const golden = join(root, 'test', 'fixtures', 'vsix.golden.txt');
/** The golden list is that of this target; the machine code of others has other names. */
const goldenTarget = 'linux-x64';
const machineCode = /\/(bin\/napi-v6|dist\/(darwin|linux|win32)-\w+)\//;
const mostBytes = 32 * 1024 * 1024;

let zip: Buffer;

beforeAll(async () => {
  if (!existsSync(vsix)) throw new Error(`${vsix} is missing: run \`npm run package\``);
  zip = await readFile(vsix);
});

describe('the packed extension', () => {
  it('holds the files of the golden list and nothing else', async () => {
    const comparable = (name: string): boolean =>
      targetOfThisMachine() === goldenTarget || !machineCode.test(name);
    const listed = (names: readonly string[]): readonly string[] =>
      names.filter(comparable).toSorted();
    const names = listed(entryNames());
    if (process.env.UPDATE_GOLDENS === '1') await writeFile(golden, `${names.join('\n')}\n`);
    expect(names).toEqual(listed((await readFile(golden, 'utf8')).trimEnd().split('\n')));
  });

  it('is small enough to install over a slow line', () => {
    expect(zip.length).toBeLessThan(mostBytes);
  });

  it('holds the files that the manifest names', async () => {
    const names = new Set(entryNames());
    const manifest: unknown = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
    const named = relativeFiles(manifest).map((path) => `extension/${path}`);
    expect(named).toContain('extension/dist/extension.cjs');
    expect(named.filter((name) => !names.has(name))).toEqual([]);
  });

  it('holds the licence of each package with machine code', () => {
    const notices = zipEntries(zip).find(({ name }) => name.endsWith('ThirdPartyNotices.txt'));
    const text = notices?.content().toString('utf8') ?? '';
    for (const name of ['onnxruntime-common', 'onnxruntime-node', 'webgpu']) {
      expect(text).toMatch(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+$`, 'm'));
    }
    expect(text).toContain('Copyright (c) Microsoft Corporation');
    expect(text).toContain('The Dawn & Tint Authors');
  });
});

describe('a package for each target', () => {
  it('leaves out what its maker does not build for it, and nothing else', () => {
    const left = packTargets.map((target) => [target, packagesWithout(target)]);
    expect(Object.fromEntries(left)).toEqual({
      'darwin-arm64': [],
      'darwin-x64': ['onnxruntime-node'],
      'linux-arm64': [],
      'linux-x64': [],
      universal: ['onnxruntime-node', 'webgpu'],
      'win32-arm64': [],
      'win32-x64': [],
    });
  });

  it.each(packTargets)('for %s finds all its files', (target) => {
    const files = nativeFiles(target);
    expect(files.filter((file) => !existsSync(join(root, 'node_modules', file)))).toEqual([]);
    const foreign = packTargets.filter((other) => other !== target && other !== 'universal');
    const places = foreign.flatMap((other) => [`/${other}/`, `/${other.replace('-', '/')}/`]);
    expect(files.filter((file) => places.some((place) => file.includes(place)))).toEqual([]);
  });
});

describe('the extension unpacked far from its repository', () => {
  let place: TemporaryWorkspace;

  beforeAll(() => {
    place = new TemporaryWorkspace();
    unpackZip(zip, place.root);
  });

  afterAll(() => place[Symbol.dispose]());

  it.each(['compiled-cpu', 'wasm', 'webgpu'])(
    'trains on %s with what it carries',
    async (backend) => {
      const run = await runTrainHost({
        trainHostPath: place.path('extension/dist/trainHost.cjs'),
        config: smallConfigs['flow-edit'],
        ...{ backend, steps: 3 },
        environment: { ...softwareVulkan(), NODE_PATH: '' },
      });
      expect(run.end).toEqual({ state: 'finished', exitCode: 0, signal: null });
      expect(run.started?.backend).toBe(backend);
      expect(run.notices).toEqual([]);
      expect(run.metrics).toHaveLength(3);
    },
  );
});

function entryNames(): readonly string[] {
  return zipEntries(zip).map(({ name }) => name);
}

/** Every path of a packed folder that stands anywhere in the manifest, scripts of npm left out. */
function relativeFiles(value: unknown): readonly string[] {
  if (typeof value === 'string') {
    return /^(\.\/)?(dist|extension|media|schemas)\/[^*]+\.\w+$/.test(value)
      ? [value.replace('./', '')]
      : [];
  }
  if (typeof value !== 'object' || value === null) return [];
  return [...new Set(Object.values(value).flatMap(relativeFiles))];
}
