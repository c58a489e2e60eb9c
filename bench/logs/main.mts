/**
 * How fast logs are read: `npm run bench:logs [-- --only TensorBoard,JSONL] [--sizes 100,1000]
 * [--rounds 5] [--python <python with the peers>] [--modules <folder with node_modules>]
 * [--corpus <folder>] [--write docs/benchmarks.md]`. Logs of these sizes (MB) are generated into a
 * temporary folder; each is read in a process of its own, in turns with the peers that are there:
 * Python's `tensorboard`, `tensorboard-data-server` and `wandb`, and the Node packages `protobufjs`,
 * `papaparse` and `csv-parse`. Ends with exit code 1 where points are lost; a target that is missed
 * is told.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

import { repositoryRoot } from '../../scripts/processes.mts';
import { bundleMeasurement } from '../engine/bundleMeasurement.mts';
import { benchLogs } from './logs/registry.mts';
import { measureAppends } from './measureAppends.mts';
import { measureCorpus } from './measureCorpus.mts';
import { type LogFigures, measureReading } from './measureReading.mts';
import { renderSection, withSection } from './page.mts';
import { runMeasurement } from './runMeasurement.mts';

const { values: options } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    sizes: { type: 'string', default: '100,1000' },
    rounds: { type: 'string', default: '5' },
    appends: { type: 'string', default: '40' },
    python: { type: 'string' },
    modules: { type: 'string' },
    corpus: { type: 'string', default: resolve(repositoryRoot, '..', 'shared', 'corpus', 'logs') },
    write: { type: 'string' },
  },
});
const places = {
  python: options.python,
  modules: options.modules === undefined ? undefined : resolve(options.modules),
};
const chosen = benchLogs.filter(({ name }) =>
  options.only.split(',').some((part) => name.includes(part)),
);
const rounds = Number(options.rounds);
const sizes = options.sizes.split(',').map((megabytes) => Number(megabytes) * 1e6);

process.chdir(repositoryRoot);
const bundle = await bundleMeasurement('bench/logs/measureLog.mts');
const folder = mkdtempSync(join(tmpdir(), 'counterweight-logs-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

const figures: LogFigures[] = [];
for (const size of sizes) {
  for (const log of chosen) {
    const place = join(folder, `${figures.length}`);
    // A large file takes long enough for few rounds to tell.
    const count = size > 5e8 ? Math.min(3, rounds) : rounds;
    figures.push(await measureReading({ log, size, folder: place, bundle, rounds: count, places }));
    rmSync(place, { recursive: true });
  }
}
const appends = await measureAppends({ folder, bundle, rounds: Number(options.appends), sizes });
const corpus = await measureCorpus(options.corpus, (path) =>
  runMeasurement(bundle, { task: 'ingest', path }),
);
const given = process.argv
  .slice(2)
  .filter((_, index, all) => !isPrivate(all, index))
  .map((part) => (part.includes(' ') ? `'${part}'` : part));
const command = ['npm run bench:logs', ...(given.length > 0 ? ['--', ...given] : [])].join(' ');
const section = renderSection({ figures, appends, corpus, command });
console.log(section);
if (options.write !== undefined) {
  await writeFile(options.write, withSection(options.write, section));
}
process.exitCode = figures.some(({ isComplete }) => !isComplete) ? 1 : 0;

/** Paths of this machine and the page that is written are no part of the command to repeat. */
function isPrivate(args: readonly string[], index: number): boolean {
  const withPath = ['--python', '--modules', '--corpus', '--write'];
  return [args[index], args[index - 1]].some((part) => part && withPath.includes(part));
}
