// Builds a release and packs it as dist/counterweight.vsix. The bundles carry all the code, so no
// node_modules go in; `--skip-build` packs the release that is in dist/ already.
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { repositoryRoot, runCommand } from './processes.mts';

const { values } = parseArgs({ options: { 'skip-build': { type: 'boolean', default: false } } });
const vsce = join(repositoryRoot, 'node_modules', '@vscode', 'vsce', 'vsce');
const target = join('dist', 'counterweight.vsix');

if (!values['skip-build']) {
  await runCommand(process.execPath, [join('scripts', 'build.mts'), '--release'], {
    output: 'show',
  });
}
await runCommand(
  process.execPath,
  [
    vsce,
    'package',
    '--no-dependencies',
    '--allow-missing-repository',
    '--no-rewrite-relative-links',
    ...['--out', target],
  ],
  { output: 'collect' },
);
const { size } = await stat(join(repositoryRoot, target));
console.log(`Packed ${target} (${(size / 1024 / 1024).toFixed(1)} MB).`);
