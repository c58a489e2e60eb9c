// Builds a release and packs it for the machine that this runs on as dist/counterweight.vsix, or with
// `--target <name>`, once or more often, as dist/counterweight-<name>.vsix. The bundles carry all the
// code but that of packages with machine code, which lie beside them in dist/node_modules.
// `--skip-build` packs the release that is in dist/ already.
import { copyFile, mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';

import {
  copyNativePackages,
  type PackTarget,
  packagesWithout,
  packTargets,
  targetOfThisMachine,
} from './nativePackages.mts';
import { repositoryRoot, runCommand } from './processes.mts';

const vsce = join(repositoryRoot, 'node_modules', '@vscode', 'vsce', 'vsce');

async function buildRelease(): Promise<void> {
  const script = join('scripts', 'build.mts');
  await runCommand(process.execPath, [script, '--release'], { output: 'show' });
}

/** @param output relative to the repository */
async function packExtension(target: PackTarget, output: string): Promise<void> {
  const started = Date.now();
  const work = await mkdtemp(join(tmpdir(), 'counterweight-package-'));
  // Renamed at the end, so that nobody installs half a package.
  const unfinished = join(repositoryRoot, 'dist', `unfinished-${process.pid}.vsix`);
  try {
    await copyRelease(work);
    await copyNativePackages(target, join(work, 'dist', 'node_modules'));
    const options = [
      '--no-dependencies',
      '--allow-missing-repository',
      '--no-rewrite-relative-links',
      ...(target === 'universal' ? [] : ['--target', target]),
    ];
    const args = [vsce, 'package', ...options, '--out', unfinished];
    await runCommand(process.execPath, args, { cwd: work, output: 'collect' });
    await rename(unfinished, join(repositoryRoot, output));
  } finally {
    await rm(work, { recursive: true, force: true });
    await rm(unfinished, { force: true });
  }
  const { size } = await stat(join(repositoryRoot, output));
  const megabytes = (size / 1024 / 1024).toFixed(1);
  const without = packagesWithout(target).map((name) => `, without ${name}`);
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  console.log(
    `Packed ${output} for ${target} (${megabytes} MB${without.join('')}) in ${seconds} s.`,
  );
}

/**
 * Copies what .vscodeignore allows, so that it alone says what is given away. Packing takes place in
 * a copy because the machine code in it may be another machine's, which nothing here must load.
 */
async function copyRelease(work: string): Promise<void> {
  const listed = await runCommand(process.execPath, [vsce, 'ls', '--no-dependencies'], {
    output: 'collect',
  });
  const files = [...listed.split('\n').filter((line) => line !== ''), '.vscodeignore'];
  for (const file of files) {
    await mkdir(join(work, dirname(file)), { recursive: true });
    await copyFile(join(repositoryRoot, file), join(work, file));
  }
}

function wantedTargets(names: readonly string[]): readonly PackTarget[] {
  return names.map((name) => {
    const target = packTargets.find((known) => known === name);
    if (target === undefined) {
      throw new Error(`--target ${name}: there are ${packTargets.join(', ')}.`);
    }
    return target;
  });
}

try {
  const { values } = parseArgs({
    options: {
      'skip-build': { type: 'boolean', default: false },
      target: { type: 'string', multiple: true, default: [] },
    },
  });
  const targets = wantedTargets(values.target);
  if (!values['skip-build']) await buildRelease();
  if (targets.length === 0) {
    await packExtension(targetOfThisMachine(), join('dist', 'counterweight.vsix'));
  }
  for (const target of targets) {
    await packExtension(target, join('dist', `counterweight-${target}.vsix`));
  }
} catch (error) {
  console.error(`counterweight: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
