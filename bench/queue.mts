/**
 * `npm run bench:queue [-- --variants 1000 --seconds 10]`, after `npm run build`: whether the editor
 * stays responsive while an experiment of many variants waits and runs.
 *
 * The first table is of the code of the product in this process, with the disk; what trains ends at
 * once. The second is of the bundled server, driven over its protocol, with processes that end at once:
 * how long a hover takes while one is asked for as soon as the last is answered, of which the longest
 * is about the longest turn of the server. The third is the same in a folder where as many have run
 * before. Writes nothing but to temporary folders.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { parseArgs } from 'node:util';

import { z } from 'zod';

import { ablationDescription, ablationTooltip } from '../extension/src/views/ablationText.ts';
import {
  ablationsMessageSchema,
  notifications,
  requests,
  startedSchema,
} from '../server/src/protocol/messages.ts';
import { runsMessageSchema } from '../server/src/protocol/runs.ts';
import { summarizeExperiment } from '../server/src/workspace/experimentSummary.ts';
import { LanguageServer } from '../test/integration/support/languageServer.ts';
import { ExperimentSession, sweepOf } from '../test/support/experiments/experimentSession.ts';
import { TemporaryWorkspace } from '../test/support/temporaryWorkspace.ts';
import { summarize } from './latencySummary.mts';

const { values: options } = parseArgs({
  options: {
    variants: { type: 'string', default: '1000' },
    seconds: { type: 'string', default: '10' },
  },
});
const anything = z.unknown();
const variants = Number(options.variants);
const seconds = Number(options.seconds);

await measureParts();
await measureServer('nothing');
await measureServer('many runs');

async function measureParts(): Promise<void> {
  using workspace = new TemporaryWorkspace();
  using session = new ExperimentSession(workspace.root, {
    command: ({ end }) => {
      setImmediate(() => end('finished'));
    },
  });
  await session.open();
  const delay = monitorEventLoopDelay({ resolution: 1 });
  const rows: string[] = [];
  const measure = async (name: string, action: () => unknown): Promise<void> => {
    delay.reset();
    delay.enable();
    const began = performance.now();
    await action();
    const took = performance.now() - began;
    await new Promise((resume) => setTimeout(resume, 5));
    delay.disable();
    rows.push(`| ${name} | ${took.toFixed(1)} | ${(delay.max / 1e6).toFixed(1)} |`);
  };
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
  console.log(`${['| | ms | event loop held up ms |', '|---|---|---|', ...rows].join('\n')}\n`);
}

/** Leaves an experiment in a folder all of whose runs have finished. */
async function finishMany(folder: string): Promise<void> {
  using session = new ExperimentSession(folder, {
    command: ({ spec, end }) => {
      writeFileSync(join(spec.runFolder, 'metrics.jsonl'), '{"step":1,"kl_loss":0.5}\n');
      setImmediate(() => end('finished'));
    },
  });
  await session.open();
  const started = await session.start(sweepOf(variants));
  if (!started.ok) throw new Error(started.error);
  await session.until(started.value.id, ({ state }) => state === 'finished');
  await session.settled();
}

async function measureServer(before: 'many runs' | 'nothing'): Promise<void> {
  const config = 'loss:\n  recon_weight: 1.0\n  kl_weight: 0.5\n';
  // By its own name and not through a shell; it is there on every machine that has Node.js.
  const command = [process.execPath, '-e', '0', '{config}'];
  using workspace = new TemporaryWorkspace({
    'train.yaml': config,
    'counterweight.yaml': `run:\n  command: ${JSON.stringify(command)}\n`,
  });
  if (before === 'many runs') await finishMany(workspace.root);
  await using server = await LanguageServer.start({ folder: workspace.root });
  const uri = workspace.uri('train.yaml');
  await server.open(uri, config);
  const at = server.position(uri, 'kl_weight', 2);
  await server.until('the first hover', () =>
    server.hover(uri, at).then((hover) => hover ?? false),
  );

  const rows: string[] = [];
  const measure = async (name: string, until: Promise<unknown> | undefined): Promise<void> => {
    const times: number[] = [];
    const end = performance.now() + seconds * 1000;
    let going = true;
    void until?.then(() => {
      going = false;
    });
    while (going && performance.now() < end) {
      const asked = performance.now();
      await server.hover(uri, at);
      times.push(performance.now() - asked);
    }
    const { n, p50, p95, max } = summarize(name, times);
    rows.push(`| ${name} | ${n} | ${p50.toFixed(1)} | ${p95.toFixed(1)} | ${max.toFixed(1)} |`);
  };

  await measure('nothing is queued', undefined);
  await server.request(requests.pauseQueue, { paused: true }, anything);
  const confirmed = { command, cwd: workspace.root, env: {} };
  const asked = { configUri: uri, request: sweepOf(variants), confirmed };
  const started = server.request(requests.startAblation, asked, startedSchema);
  await measure(`${variants} variants are being queued`, started);
  const answer = await started;
  if (!('id' in answer)) throw new Error(JSON.stringify(answer));
  await measure('they wait', undefined);
  const since = server.arrivals.length;
  await server.request(requests.pauseQueue, { paused: false }, anything);
  await measure('they run, one after the other', undefined);
  const sizes = tellLists(server, since);
  const cancelled = server.request(requests.cancel, { id: answer.id }, anything);
  await measure('they are cancelled', cancelled);
  await server.until('the end', async () => {
    const list = await server.request(requests.listAblations, null, ablationsMessageSchema);
    return list.ablations.every(({ state }) => state !== 'running');
  });
  console.log(
    [
      `| hovers, with ${before} in the folder, while | n | p50 ms | p95 ms | max ms |`,
      '|---|---|---|---|---|',
      ...rows,
    ].join('\n'),
  );
  console.log(`\n${sizes.join('\n')}\n`);
}

/** What the lists for the views cost while runs begin and end. */
function tellLists(server: LanguageServer, since: number): readonly string[] {
  const lists = [
    { name: notifications.ablationsChanged, read: readAblations },
    { name: notifications.runsChanged, read: runsMessageSchema.parse.bind(runsMessageSchema) },
  ];
  return lists.map(({ name, read }) => {
    const arrived = server.arrived(name, since);
    const times = arrived.map(({ params }) => {
      const began = performance.now();
      read(params);
      return performance.now() - began;
    });
    const { p50, max } = summarize(name, times);
    const bytes = JSON.stringify(arrived.at(-1)?.params ?? {}).length;
    return `${name}: ${arrived.length} in ${seconds} s, the last of ${(bytes / 1e3).toFixed(0)} kB; read and put into words by the extension in ${p50.toFixed(1)} ms, ${max.toFixed(1)} at most.`;
  });
}

function readAblations(message: unknown): void {
  const { ablations, queue } = ablationsMessageSchema.parse(message);
  for (const ablation of ablations) {
    ablationDescription(ablation, queue);
    ablationTooltip(ablation);
  }
}
