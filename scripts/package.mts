// Builds a release and packs it as dist/counterweight.vsix. The bundles carry all the code, so no
// node_modules go in; `--skip-build` packs the release that is in dist/ already.
import { rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { repositoryRoot, runCommand } from './processes.mts';

const vsce = join(repositoryRoot, 'node_modules', '@vscode', 'vsce', 'vsce');
const target = join('dist', 'counterweight.vsix');
/** Renamed at the end, so that nobody installs half a package. */
const unfinished = join('dist', `unfinished-${process.pid}.vsix`);

async function packExtension(build: 'build' | 'skip'): Promise<void> {
  if (build === 'build') {
    const script = join('scripts', 'build.mts');
    await runCommand(process.execPath, [script, '--release'], { output: 'show' });
  }
  const options = [
    '--no-dependencies',
    '--allow-missing-repository',
    '--no-rewrite-relative-links',
  ];
  await runCommand(process.execPath, [vsce, 'package', ...options, '--out', unfinished], {
    output: 'collect',
  });
  await rename(join(repositoryRoot, unfinished), join(repositoryRoot, target));
  const { size } = await stat(join(repositoryRoot, target));
  console.log(`Packed ${target} (${(size / 1024 / 1024).toFixed(1)} MB).`);
}

try {
  const { values } = parseArgs({ options: { 'skip-build': { type: 'boolean', default: false } } });
  await packExtension(values['skip-build'] ? 'skip' : 'build');
} catch (error) {
  console.error(`counterweight: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
