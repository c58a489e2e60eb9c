/**
 * `npm run bench:queue [-- --variants 1000]`: how long an experiment of many variants takes to be
 * queued, how long its list takes to be told, and how long it holds up the event loop meanwhile and
 * while all of its runs begin and end. What trains ends at once; all else is the code of the product,
 * with the disk. Writes nothing but to a temporary folder.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { parseArgs } from 'node:util';

import { summarizeExperiment } from '../server/src/workspace/experimentSummary.ts';
import { ExperimentSession, sweepOf } from '../test/support/experiments/experimentSession.ts';
import { TemporaryWorkspace } from '../test/support/temporaryWorkspace.ts';

const { values: options } = parseArgs({
  options: { variants: { type: 'string', default: '1000' } },
});
const variants = Number(options.variants);

using workspace = new TemporaryWorkspace();
using session = new ExperimentSession(workspace.root, {
  command: ({ end }) => {
    setImmediate(() => end('finished'));
  },
});
await session.open();
const delay = monitorEventLoopDelay({ resolution: 1 });
const rows: string[] = [];

/** One line of the table: how long an action took, and the longest time that nothing else could be done. */
async function measure(name: string, action: () => unknown): Promise<void> {
  delay.reset();
  delay.enable();
  const began = performance.now();
  await action();
  const took = performance.now() - began;
  await new Promise((resume) => setTimeout(resume, 5));
  delay.disable();
  rows.push(`| ${name} | ${took.toFixed(1)} | ${(delay.max / 1e6).toFixed(1)} |`);
}

let id = '';
session.queue.pause();
await measure(`queue ${variants} variants`, async () => {
  const started = await session.start(sweepOf(variants));
  if (!started.ok) throw new Error(started.error);
  id = started.value.id;
});
const sources = { catalog: session.catalog, queue: session.queue, queueMemory: session.memory };
await measure('write the list for the client', () =>
  JSON.stringify(summarizeExperiment(sources, session.find(id), 'file:///train.yaml')),
);
await measure('move it, pause, continue', () => {
  session.queue.move(id, 'earlier');
  session.queue.pause();
});
await measure(`${variants + 1} runs begin and end`, async () => {
  session.queue.continue();
  await session.until(id, ({ state }) => state === 'finished');
});
console.log(`${['| | ms | event loop held up ms |', '|---|---|---|', ...rows].join('\n')}`);
