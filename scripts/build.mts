// Bundles the extension, the server and its thread, the train host, the command line and the web views
// into dist/.
// `--release` minifies, writes no source maps, adds the licences of the packages in the bundles, fails
// when an entry is missing and removes what an earlier build left. Files are replaced in place: a test that runs meanwhile always finds them.
import { existsSync } from 'node:fs';
import { chmod, copyFile, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { type BuildOptions, build } from 'esbuild';

import { carriedPackageNames } from './nativePackages.mts';
import { repositoryRoot } from './processes.mts';
import { thirdPartyNotices } from './thirdPartyNotices.mts';

/**
 * One bundle: the file that starts it and the file that it becomes, relative to the repository. The
 * style sheets that a web view's script imports land beside it, as `<name>.css`.
 */
interface Bundle {
  readonly entry: string;
  readonly output: string;
  readonly target: 'extension' | 'node' | 'command' | 'browser';
}

const bundles: readonly Bundle[] = [
  { entry: 'extension/src/main.ts', output: 'dist/extension.cjs', target: 'extension' },
  { entry: 'media/src/panels/report/main.ts', output: 'dist/media/report.js', target: 'browser' },
  { entry: 'media/src/panels/trends/main.ts', output: 'dist/media/trends.js', target: 'browser' },
  { entry: 'server/src/cliMain.ts', output: 'dist/cli.cjs', target: 'command' },
  { entry: 'server/src/main.ts', output: 'dist/server.cjs', target: 'node' },
  { entry: 'server/src/trainHostMain.ts', output: 'dist/trainHost.cjs', target: 'node' },
  { entry: 'server/src/weightScanMain.ts', output: 'dist/weightScan.cjs', target: 'node' },
];

/** Loaded at run time where they are installed: they hold machine code of one platform. */
const nativePackages: readonly string[] = [
  '@tensorflow/tfjs-node',
  '@tensorflow/tfjs-node-gpu',
  'onnxruntime-node',
  'vscode',
  'webgpu',
];

const wasmFolder = 'node_modules/@tensorflow/tfjs-backend-wasm/dist';
const output = join(repositoryRoot, 'dist');

const { values } = parseArgs({ options: { release: { type: 'boolean', default: false } } });

function optionsOf(bundle: Bundle): BuildOptions {
  const shared: BuildOptions = {
    absWorkingDir: repositoryRoot,
    entryPoints: [bundle.entry],
    outfile: bundle.output,
    bundle: true,
    minify: values.release,
    keepNames: true,
    sourcemap: values.release ? false : 'linked',
    legalComments: 'none',
    logLevel: 'warning',
  };
  if (bundle.target === 'browser') {
    return { ...shared, format: 'iife', platform: 'browser', target: 'es2022' };
  }
  return {
    ...shared,
    format: 'cjs',
    platform: 'node',
    target: 'node22',
    external: [...nativePackages],
    // Packages that ship both forms are taken in their ES module form: the CommonJS one of
    // jsonc-parser hides its `require` from bundlers.
    mainFields: ['module', 'main'],
    // The extension host has a `navigator` of its own and logs an error for whoever looks at it, as
    // zod does to learn where it runs.
    ...(bundle.target === 'extension' ? { define: { navigator: 'undefined' } } : {}),
    ...(bundle.target === 'command' ? { banner: { js: '#!/usr/bin/env node' } } : {}),
  };
}

function isPresent(bundle: Bundle): boolean {
  if (existsSync(join(repositoryRoot, bundle.entry))) return true;
  if (values.release) throw new Error(`${bundle.entry} is missing; a release needs every entry.`);
  console.log(`  ${bundle.output} left out: ${bundle.entry} is not there`);
  return false;
}

/** Paths relative to the repository. */
interface Bundled {
  readonly written: readonly string[];
  /** Folders of the packages that are part of it. */
  readonly packages: readonly string[];
}

async function bundleOne(bundle: Bundle): Promise<Bundled> {
  const { metafile } = await build({ ...optionsOf(bundle), metafile: true });
  if (bundle.target === 'command') await chmod(join(repositoryRoot, bundle.output), 0o755);
  const folders = Object.keys(metafile.inputs).flatMap(
    (input) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0] ?? [],
  );
  return { written: Object.keys(metafile.outputs), packages: [...new Set(folders)] };
}

/** @returns the file written, relative to the repository */
async function writeNotices(bundled: readonly Bundled[]): Promise<string> {
  const native = carriedPackageNames
    .map((name) => `node_modules/${name}`)
    .filter((folder) => existsSync(join(repositoryRoot, folder)));
  const folders = new Set([...bundled.flatMap(({ packages }) => packages), ...native]);
  const path = 'dist/ThirdPartyNotices.txt';
  await writeFile(join(repositoryRoot, path), thirdPartyNotices([...folders]));
  return path;
}

/** @returns the files written, relative to the repository */
async function copyWasm(): Promise<readonly string[]> {
  const folder = join(repositoryRoot, wasmFolder);
  const names = (await readdir(folder)).filter((name) => name.endsWith('.wasm'));
  await Promise.all(names.map((name) => copyFile(join(folder, name), join(output, name))));
  return names.map((name) => `dist/${name}`);
}

async function removeAllBut(written: readonly string[]): Promise<void> {
  const kept = new Set(written.map((path) => join(repositoryRoot, path)));
  for (const entry of await readdir(output, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && !kept.has(path) && !path.endsWith('.vsix')) await rm(path);
  }
}

const started = Date.now();
await mkdir(output, { recursive: true });
const present = bundles.filter(isPresent);
const [wasm, ...bundled] = await Promise.all([copyWasm(), ...present.map(bundleOne)]);
if (values.release) {
  const written = bundled.flatMap((bundle) => bundle.written);
  await removeAllBut([...written, ...wasm, await writeNotices(bundled)]);
}
console.log(`Built ${present.length} bundles in ${Date.now() - started} ms.`);
