/**
 * A small server for the test that kills it: it opens a folder, lets what was interrupted go on, starts
 * an experiment where there is none, and ends when all runs have finished. What trains is a timer of a
 * few milliseconds; all that is written is written by the code of the product. A line on stdout for
 * each run that begins and for each result that is recorded.
 */
import { writeSync } from 'node:fs';

import { ExperimentSession, sweepOf } from './experimentSession.ts';
import type { ScriptedRun } from './scriptedLauncher.ts';

const folder = process.argv[2] ?? '';
const variants = Number(process.argv[3]);

const say = (...words: readonly string[]): void => {
  writeSync(1, `${words.join(' ')}\n`);
};

say('alive');
const told = new Set<string>();
const session = new ExperimentSession(folder, {
  command: ({ spec, events, end }: ScriptedRun) => {
    say('began', spec.runId);
    events.started({ pid: undefined });
    setTimeout(() => end('finished'), 1 + Math.random() * 6);
  },
});
session.experiments.onDidChange(({ runs }) => {
  for (const { runId, state } of runs) {
    if (state !== 'finished' || told.has(runId)) continue;
    told.add(runId);
    say('finished', runId);
  }
});
async function serve(): Promise<void> {
  await session.open();
  const [known] = session.experiments.all();
  let id = known?.record.id;
  if (id === undefined) {
    const started = await session.start(sweepOf(variants));
    if (!started.ok) throw new Error(started.error);
    id = started.value.id;
  } else if (known?.record.state !== 'finished') {
    const resumed = await session.experiments.resume(id);
    if (!resumed.ok) throw new Error(resumed.error);
  }
  await session.until(id, ({ state }) => state === 'finished');
  say('done');
  process.exit(0);
}

void serve();
