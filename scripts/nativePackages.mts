import { existsSync, readdirSync } from 'node:fs';
import { copyFile, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { repositoryRoot } from './processes.mts';

/**
 * The machines that a VSIX is made for, by VS Code's names; `universal` is the one without machine
 * code, for all the others: there TensorFlow.js trains in WebAssembly and plain JavaScript.
 */
export const packTargets = [
  'darwin-arm64',
  'darwin-x64',
  'linux-arm64',
  'linux-x64',
  'universal',
  'win32-arm64',
  'win32-x64',
] as const;
export type PackTarget = (typeof packTargets)[number];

/** The target of the machine that this runs on. */
export function targetOfThisMachine(): PackTarget {
  const name = `${process.platform}-${process.arch}`;
  return packTargets.find((target) => target === name) ?? 'universal';
}

/** A package with machine code, which no bundle can hold. It lies in `node_modules` as npm puts it. */
interface NativePackage {
  readonly name: string;
  /** Where its machine code for an operating system and a processor lies. */
  readonly binaries: (os: string, processor: string) => string;
  /** The files there without which it does not start; all of them where it is not said. */
  readonly needed?: Readonly<Record<string, readonly string[]>>;
  /** The folder of its JavaScript. */
  readonly scripts: string;
  /** Other files, and packages that it imports with the folder of their JavaScript. */
  readonly files: readonly string[];
  readonly imports: Readonly<Record<string, string>>;
}

const carried: readonly NativePackage[] = [
  {
    name: 'onnxruntime-node',
    binaries: (os, processor) => `bin/napi-v6/${os}/${processor}`,
    // DirectML and the shader compilers of Direct3D are loaded on demand, for providers that we
    // do not use; the two libraries of macOS are one file under two names.
    needed: {
      darwin: ['libonnxruntime.1.dylib', 'onnxruntime_binding.node'],
      linux: ['libonnxruntime.so.1', 'onnxruntime_binding.node'],
      win32: ['onnxruntime.dll', 'onnxruntime_binding.node'],
    },
    scripts: 'dist',
    files: ['package.json'],
    imports: { 'onnxruntime-common': 'dist/cjs' },
  },
  {
    name: 'webgpu',
    binaries: (os, processor) => `dist/${os}-${os === 'darwin' ? 'universal' : processor}`,
    scripts: '.',
    files: ['LICENSE.md', 'package.json'],
    imports: {},
  },
];

const modules = join(repositoryRoot, 'node_modules');

/** The packages with machine code and those that they import, whatever the target. */
export const carriedPackageNames: readonly string[] = carried.flatMap(({ name, imports }) => [
  name,
  ...Object.keys(imports),
]);

/** The packages that have no machine code for a target, and so are left out there. */
export function packagesWithout(target: PackTarget): readonly string[] {
  return carried.filter((one) => binariesOf(one, target).length === 0).map(({ name }) => name);
}

/** The files of a target's native packages, relative to `node_modules`. */
export function nativeFiles(target: PackTarget): readonly string[] {
  return carried.flatMap((one) => {
    const binaries = binariesOf(one, target);
    if (binaries.length === 0) return [];
    const own = [...one.files, ...scriptsIn(one.name, one.scripts), ...binaries];
    const imported = Object.entries(one.imports).flatMap(([name, folder]) =>
      ['package.json', ...scriptsIn(name, folder)].map((file) => `${name}/${file}`),
    );
    return [...own.map((file) => `${one.name}/${file}`), ...imported];
  });
}

/** Copies the native packages of a target into a folder that is to be their `node_modules`. */
export async function copyNativePackages(target: PackTarget, folder: string): Promise<void> {
  await Promise.all(
    nativeFiles(target).map(async (file) => {
      const destination = join(folder, file);
      await mkdir(dirname(destination), { recursive: true });
      await copyFile(join(modules, file), destination);
    }),
  );
}

/** Relative to the package; empty where it has none for the target. */
function binariesOf({ name, binaries, needed }: NativePackage, target: PackTarget): string[] {
  if (target === 'universal') return [];
  const [os = '', processor = ''] = target.split('-');
  const folder = binaries(os, processor);
  if (!existsSync(join(modules, name, folder))) return [];
  const files = needed?.[os] ?? readdirSync(join(modules, name, folder));
  return files.map((file) => `${folder}/${file}`);
}

/** A folder's JavaScript, and the `package.json` that says which kind of modules they are. */
function scriptsIn(name: string, folder: string): readonly string[] {
  return readdirSync(join(modules, name, folder))
    .filter((file) => file.endsWith('.js') || (folder !== '.' && file === 'package.json'))
    .map((file) => (folder === '.' ? file : `${folder}/${file}`));
}
