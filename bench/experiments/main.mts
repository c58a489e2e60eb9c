/**
 * The experiments that test the claims of the documents this product grew from:
 * `npm run bench:experiments [-- e1 e2 … --seeds 10 --backend compiled-cpu --write]`. Without names, all of
 * them. Prints Markdown; with `--write` each goes into its own page of docs/experiments. Progress goes
 * to standard error. An experiment takes up to 20 minutes.
 */
import { fork } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { repositoryRoot } from '../../scripts/processes.mts';
import { bundleMeasurement } from '../engine/bundleMeasurement.mts';
import { installedVersions } from '../engine/versions.mts';
import { type Order, type Outcome, outcomeSchema } from './order.mts';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seeds: { type: 'string', default: '10' },
    backend: { type: 'string', default: 'compiled-cpu' },
    write: { type: 'boolean', default: false },
  },
});

const folder = join(repositoryRoot, 'docs', 'experiments');
const bundle = await bundleMeasurement('bench/experiments/runExperiments.mts');
const order: Order = {
  names: positionals,
  seeds: Array.from({ length: Number(options.seeds) }, (_, index) => index + 1),
  backend: options.backend,
};
const child = fork(bundle, [], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
const writing: Promise<void>[] = [];
child.on('message', (message) => {
  const outcome = outcomeSchema.parse(message);
  const page = render(outcome);
  console.log(page);
  if (options.write) writing.push(write(outcome.name, page));
});
child.send(order);
process.exitCode = await new Promise<number>((resolve, reject) => {
  child.once('error', reject);
  child.once('close', (status) => resolve(status ?? 1));
});
await Promise.all(writing);

async function write(name: string, page: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, `${name}.md`), page);
}

function render({ name, title, claim, setup, found, minutes }: Outcome): string {
  const { seeds, backend } = order;
  const command = `npm run bench:experiments -- ${name} --seeds ${seeds.length} --backend ${backend} --write`;
  const processors = cpus();
  const machine = `${processors.length} cores (${processors[0]?.model ?? 'unknown'})`;
  return [
    `# ${title}`,
    `> ${claim}`,
    setup,
    found,
    `One small world: what your run does is measured on your run. ${seeds.length} seeds, ${minutes.toFixed(1)} minutes on ${machine}, ${installedVersions().join(', ')}, backend ${backend}. Repeat with \`${command}\`.`,
    '',
  ].join('\n\n');
}
