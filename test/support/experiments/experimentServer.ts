/**
 * A small server for the tests that kill it: it opens a folder, lets what was interrupted go on, starts
 * an experiment where there are too few, and ends when all runs of all have finished. What trains is a
 * timer of a few milliseconds; all that is written is written by the code of the product. A line on
 * stdout for each run that begins and for each result that is recorded.
 *
 * Arguments: the folder, the number of variants, and `two` where there are to be two experiments, each
 * of which may be run by a second server.
 */
import { writeSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

import { type Clock, systemClock } from '../../../server/src/base/clock.ts';
import { ExperimentSession, sweepOf } from './experimentSession.ts';
import type { ScriptedRun } from './scriptedLauncher.ts';

const folder = process.argv[2] ?? '';
const variants = Number(process.argv[3]);
const experiments = process.argv[4] === 'two' ? 2 : 1;

const say = (...words: readonly string[]): void => {
  writeSync(1, `${words.join(' ')}\n`);
};

/** What a window looks at every two seconds this one looks at every tenth of one. */
const hasty: Clock = {
  ...systemClock,
  after: (ms, callback) => systemClock.after(ms / 20, callback),
};

say('alive');
const told = new Set<string>();
const session = new ExperimentSession(folder, {
  clock: hasty,
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

/** Starts or goes on with what there is to do; true when there is nothing more. */
async function work(): Promise<boolean> {
  const known = session.experiments.all();
  for (const { record, canGoOn } of known) {
    // Another server may be faster.
    if (canGoOn) await session.experiments.resume(record.id);
  }
  if (known.length < experiments) {
    const started = await session.start(sweepOf(variants));
    if (!started.ok) throw new Error(started.error);
    return false;
  }
  return known.every(({ record }) => record.state === 'finished');
}

async function serve(): Promise<void> {
  await session.open();
  while (!(await work())) {
    await delay(5);
    await session.learn();
  }
  say('done');
  process.exit(0);
}

void serve();
