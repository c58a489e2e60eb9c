/**
 * `npm run bench:scan [-- --files 10000 --limit 50]`, after `npm run build`: how long the bundled
 * server is held up while a folder is looked through for loss weights: most files short, among them
 * YAML configs of 2,000 lines and Python programs of 5,000. The first search starts the thread; the
 * second meets files that have not changed. Ends with exit code 1 where a turn of the server's event
 * loop took more processor time than the limit in milliseconds. Writes nothing but to a temporary
 * folder.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';

import { z } from 'zod';

import { foundWeightsSchema } from '../server/src/protocol/findWeights.ts';
import { requests } from '../server/src/protocol/messages.ts';
import { LanguageServer } from '../test/integration/support/languageServer.ts';
import { TemporaryWorkspace } from '../test/support/temporaryWorkspace.ts';
import { longConfig, longProgram } from './longTexts.mts';

const { values: options } = parseArgs({
  options: {
    files: { type: 'string', default: '10000' },
    limit: { type: 'string', default: '50' },
  },
});
const count = Number(options.files);
const limit = Number(options.limit);

const long = new Map([
  [500, { end: 'yaml', text: longConfig(2000) }],
  [900, { end: 'py', text: longProgram(5000) }],
]);
const middle = [
  { end: 'yaml', text: longConfig(60) },
  { end: 'py', text: longProgram(150) },
  { end: 'json', text: JSON.stringify({ model: { kl_weight: 0.1, layers: [1, 2, 3] }, seed: 1 }) },
  { end: 'py', text: 'import os\n\n\ndef main():\n    return os.getcwd()\n' },
  { end: 'toml', text: '[train]\nkl_weight = 0.1\nlr = 1e-4\n' },
  { end: 'yaml', text: 'name: x\nsteps: 100\nimage: {width: 3}\n' },
];

/** A long one now and then, the others of a few lines to some hundred. */
function fileAt(index: number): readonly [path: string, text: string] {
  const { end, text } = long.get(index % 1000) ??
    middle[index % middle.length] ?? { end: 'yaml', text: '' };
  return [`part_${index % 97}/deep_${index % 11}/file_${index}.${end}`, text];
}

/**
 * Runs in the server: tells, when it is asked, the longest turn of its event loop since it was asked
 * before: by the clock, and in processor time of the thread, which other programs do not lengthen.
 */
const monitor = `
  const { isMainThread } = require('node:worker_threads');
  const processorTime = () => {
    const { user, system } = process.threadCpuUsage();
    return (user + system) / 1000;
  };
  if (isMainThread) {
    let last = [performance.now(), processorTime()];
    let longest = [0, 0];
    setInterval(() => {
      const now = [performance.now(), processorTime()];
      longest = longest.map((time, index) => Math.max(time, now[index] - last[index]));
      last = now;
    }, 1).unref();
    process.on('SIGUSR2', () => {
      require('node:fs').writeFileSync(__dirname + '/longest.json', JSON.stringify(longest));
      longest = [0, 0];
    });
  }
`;

const turnSchema = z.tuple([z.number(), z.number()]);

using folder = new TemporaryWorkspace(
  Object.fromEntries(Array.from({ length: count }, (_, index) => fileAt(index))),
);
using monitoring = new TemporaryWorkspace({ 'monitor.cjs': monitor, 'longest.json': '' });
process.env.NODE_OPTIONS = `--require ${monitoring.path('monitor.cjs')}`;
await using server = await LanguageServer.start({ folder: folder.root });
const uri = folder.uri('open.yaml');
await server.open(uri, 'kl_weight: 0.5\n');
await server.inlayHints(uri);

/** The longest turn of the server's event loop since this was asked before, in milliseconds. */
async function longestTurn(): Promise<{ readonly clock: number; readonly processor: number }> {
  monitoring.write('longest.json', '');
  process.kill(server.process.pid ?? 0, 'SIGUSR2');
  while (monitoring.read('longest.json') === '') await delay(10);
  const [clock, processor] = turnSchema.parse(JSON.parse(monitoring.read('longest.json')));
  return { clock, processor };
}

async function measure(name: string): Promise<number> {
  // What a server still does after its start is no part of it.
  await delay(3000);
  await longestTurn();
  const start = performance.now();
  let isDone = false;
  const searching = server
    .request(
      requests.findWeights,
      { folders: [folder.root], excludes: ['**/.git'] },
      foundWeightsSchema,
    )
    .finally(() => {
      isDone = true;
    });
  const answers: number[] = [];
  while (!isDone) {
    const asked = performance.now();
    await server.inlayHints(uri);
    answers.push(performance.now() - asked);
    await delay(20);
  }
  const { configs, files, problem } = await searching;
  const seconds = (performance.now() - start) / 1000;
  const turn = await longestTurn();
  const sorted = answers.toSorted((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  if (problem !== undefined) throw new Error(problem);
  console.log(
    `${name}: ${files} files, ${configs.length} with loss weights, ${seconds.toFixed(1)} s; ` +
      `longest turn of the server ${turn.processor.toFixed(0)} ms of the processor, ` +
      `${turn.clock.toFixed(0)} ms by the clock; inlay hints asked meanwhile: ` +
      `n = ${answers.length}, median ${median.toFixed(1)} ms, longest ${sorted.at(-1)?.toFixed(0)} ms`,
  );
  return turn.processor;
}

const turns = [await measure('first search'), await measure('second search')];
process.exitCode = turns.every((turn) => turn <= limit) ? 0 : 1;
