/**
 * What instrumented training costs: `npm run bench:engine [-- --quick] [--backends wasm,cpu]
 * [--nets mlp] [--losses 2,3] [--no-torch] [--write docs/engine.md]`, after `npm run build` for the
 * start of the train host. Prints tables and, for each target, whether it is met; progress goes to
 * standard error. Takes up to 20 minutes; with `--quick`, which
 * looks at K = 3 on the two fastest ways only, up to 3. Ends with exit code 1 where a
 * target is missed.
 */
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { repositoryRoot } from '../../scripts/processes.mts';
import { bundleMeasurement } from './bundleMeasurement.mts';
import { measureHostStart } from './hostStart.mts';
import { measureInProcess } from './measureInProcess.mts';
import { benchNets } from './nets/registry.mts';
import { renderPage } from './page.mts';
import type { HostStart, Message, Results } from './results.mts';
import { judge } from './verdicts.mts';
import { installedVersions } from './versions.mts';

/** Milliseconds for one cell (backend × net × losses); those of slow backends are less precise. */
const budgets: Readonly<Record<string, number>> = { 'compiled-cpu': 30_000, cpu: 4_000 };
const usualBudget = 12_000;
const quickBudget = 8_000;
const leakSteps = 10_000;
/** A full check of plain JavaScript adds nothing: it runs the engine of WebAssembly. */
const leakBackends: readonly string[] = ['compiled-cpu', 'wasm'];
const startCount = 10;

const { values: options } = parseArgs({
  allowNegative: true,
  options: {
    quick: { type: 'boolean', default: false },
    backends: { type: 'string' },
    nets: { type: 'string', default: benchNets.map(({ name }) => name).join() },
    losses: { type: 'string' },
    torch: { type: 'boolean', default: true },
    write: { type: 'string' },
  },
});
const usual = options.quick ? 'compiled-cpu,wasm' : 'compiled-cpu,tfjs-node,wasm,cpu';
const backends = (options.backends ?? usual).split(',');
const losses = (options.losses ?? (options.quick ? '3' : '2,3,5,8')).split(',').map(Number);

process.chdir(repositoryRoot);
const bundle = await bundleMeasurement('bench/engine/measureBackend.mts');
const messages: Message[] = [];
for (const backend of backends) {
  messages.push(
    ...(await measureInProcess(bundle, {
      backend,
      nets: options.nets.split(','),
      losses,
      budget: options.quick ? quickBudget : (budgets[backend] ?? usualBudget),
      torch: options.torch,
      leakSteps: leakBackends.includes(backend) ? leakSteps : 0,
    })),
  );
}
const given = process.argv.slice(2);
const results = collect(messages, await startOfHost());
const page = renderPage(results, {
  command: ['npm run bench:engine', ...(given.length > 0 ? ['--', ...given] : [])].join(' '),
  versions: installedVersions(),
  date: new Date().toISOString().slice(0, 10),
});
console.log(page);
if (options.write !== undefined) await writeFile(options.write, page);
process.exitCode = judge(results).some(({ status }) => status === 'missed') ? 1 : 0;

async function startOfHost(): Promise<HostStart | string> {
  const trainHost = join(repositoryRoot, 'dist', 'trainHost.cjs');
  if (!existsSync(trainHost)) return 'dist/trainHost.cjs is not there; run `npm run build`.';
  const config = join(repositoryRoot, 'examples', 'flow-edit', 'train.yaml');
  try {
    return await measureHostStart(trainHost, config, startCount);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function collect(told: readonly Message[], start: HostStart | string): Results {
  const missing = told.filter((message) => message.type === 'missing');
  const noStart = { type: 'missing', what: 'start of the train host', reason: `${start}` } as const;
  return {
    backends: told.filter((message) => message.type === 'backend'),
    torch: told.find((message) => message.type === 'torch'),
    cells: told.flatMap((message) => (message.type === 'cell' ? message.cell : [])),
    leaks: told.flatMap((message) => (message.type === 'leak' ? message.leak : [])),
    start: typeof start === 'string' ? undefined : start,
    missing: typeof start === 'string' ? [...missing, noStart] : missing,
  };
}
