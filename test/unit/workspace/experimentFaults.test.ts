import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { type Clock, systemClock } from '../../../server/src/base/clock.ts';
import { ablationRecordSchema } from '../../../server/src/model/ablation.ts';
import { runRecordSchema } from '../../../server/src/model/run.ts';
import { createDiskFiles } from '../../../server/src/workspace/diskFiles.ts';
import {
  ExperimentSession,
  type SessionScript,
  sweepOf,
} from '../../support/experiments/experimentSession.ts';
import { type FaultOptions, FaultyFiles } from '../../support/experiments/faultyFiles.ts';
import { TemporaryWorkspace } from '../../support/temporaryWorkspace.ts';

/** Beside the baseline. */
const variants = 2;
/** What waits for seconds does so for tens of milliseconds. */
const hasty: Clock = {
  ...systemClock,
  after: (ms, callback) => systemClock.after(ms / 100, callback),
};
const run = { command: ['train', '{config}'], gpus: [0, 1] };

let folder: TemporaryWorkspace;
let sessions: ExperimentSession[] = [];
beforeEach(() => {
  folder = new TemporaryWorkspace();
});
afterEach(() => {
  for (const session of sessions) session[Symbol.dispose]();
  sessions = [];
  folder[Symbol.dispose]();
});

function open(script: SessionScript): ExperimentSession {
  const session = new ExperimentSession(folder.root, script);
  sessions.push(session);
  return session;
}

interface Life {
  /** Arms that were launched, each as often as it was. */
  readonly launched: readonly string[];
  /** Runs that it told of as finished while it lived. */
  readonly told: ReadonlySet<string>;
  readonly writes: number;
}

const folders = (kind: 'ablations' | 'runs'): readonly string[] => {
  const parent = folder.path(`.counterweight/${kind}`);
  return existsSync(parent) ? readdirSync(parent).map((name) => join(parent, name)) : [];
};

/** `…-kl-0.001-s0-2` and `…-kl-0.001-s0` are runs of the same arm. */
const armOf = (runId: string): string => runId.replace(/(-s0)-\d+$/, '$1');

/** A window that opens the folder, starts an experiment or goes on with it, until nothing moves. */
async function live(fault: FaultOptions): Promise<Life> {
  const faulty = new FaultyFiles(createDiskFiles(), fault);
  const told = new Set<string>();
  const session = open({
    files: faulty.files,
    clock: hasty,
    command: ({ events, end }) => {
      events.started({ pid: undefined });
      setImmediate(() => end('finished'));
    },
  });
  session.experiments.onDidChange(({ runs }) => {
    if (faulty.killed) return;
    for (const { runId, state } of runs) if (state === 'finished') told.add(runId);
  });
  const work = async (): Promise<void> => {
    await session.open();
    const [known] = session.experiments.all();
    const going = known
      ? await session.experiments.resume(known.record.id).catch(() => undefined)
      : await session.start(sweepOf(variants), { run }).catch(() => undefined);
    if (!going?.ok) return;
    const { id } = going.value;
    const isOver = (): boolean => faulty.killed || session.find(id).place !== 'here';
    while (!isOver() && !faulty.isFullForGood) await pause();
    // An experiment does not end before that is on the disk.
    if (faulty.isFullForGood) await new Promise((resume) => setTimeout(resume, 100));
    await session.settled();
  };
  let isDone = false;
  const working = work().finally(() => {
    isDone = true;
  });
  const stuckAt = performance.now() + 5000;
  while (!isDone && !faulty.killed) {
    if (performance.now() > stuckAt) throw new Error('It neither ended nor went on.');
    await pause();
  }
  if (isDone) await working;
  const launched = session.command.runs.map(({ spec }) => armOf(spec.runId));
  session[Symbol.dispose]();
  leave();
  return { launched, told, writes: faulty.writes };
}

const pause = (): Promise<void> => new Promise((resume) => setImmediate(resume));

/** Makes all that is on the disk look as if the process that wrote it were gone. */
function leave(): void {
  const owner = { pid: 2 ** 22 + 1 };
  for (const parent of [...folders('ablations'), ...folders('runs')]) {
    for (const name of readdirSync(parent)) {
      if (!/^(owner\.\d+|run)\.json$/.test(name)) continue;
      const path = join(parent, name);
      writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), owner }));
    }
  }
}

/** Every record on the disk is whole; the ids of the runs that have finished. */
function readFinished(): ReadonlySet<string> {
  const read = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'));
  const records = folders('runs').flatMap((one) => {
    const path = join(one, 'run.json');
    return existsSync(path) ? [runRecordSchema.parse(read(path))] : [];
  });
  const experiments = folders('ablations').flatMap((one) => {
    const path = join(one, 'ablation.json');
    return existsSync(path) ? [ablationRecordSchema.parse(read(path))] : [];
  });
  return new Set([
    ...records.filter(({ state }) => state === 'finished').map(({ id }) => id as string),
    ...experiments.flatMap(({ runs }) =>
      runs.filter(({ state }) => state === 'finished').map(({ runId }) => runId),
    ),
  ]);
}

const sound: FaultOptions = { fault: 'full', at: Number.POSITIVE_INFINITY };

/** Lives with these faults and then one without: nothing that was told of is lost or trained again. */
async function surviveAll(faults: readonly FaultOptions[]): Promise<void> {
  const kept = new Set<string>();
  for (const fault of [...faults, sound]) {
    const { launched, told } = await live(fault);
    const arms = new Set([...kept].map(armOf));
    expect(launched.filter((arm) => arms.has(arm))).toEqual([]);
    for (const runId of told) kept.add(runId);
    const finished = readFinished();
    expect([...kept].filter((runId) => !finished.has(runId))).toEqual([]);
  }
  const [experiment] = folders('ablations').flatMap((one) => {
    const path = join(one, 'ablation.json');
    return existsSync(path)
      ? [ablationRecordSchema.parse(JSON.parse(readFileSync(path, 'utf8')))]
      : [];
  });
  expect(experiment).toMatchObject({ state: 'finished' });
  expect(experiment?.runs.map(({ state }) => state)).toEqual(
    Array.from({ length: variants + 1 }, () => 'finished'),
  );
}

/** Writes of an experiment that nothing befalls, at least: a few more are by the clock. */
const writes = 23;

test('an experiment takes the writes that the faults below are counted by', async () => {
  expect((await live(sound)).writes).toBeGreaterThanOrEqual(writes);
});

/** Every so many of them, that of this remainder first. */
const everyWrite = (step = 1, first = 0): readonly number[] =>
  Array.from({ length: writes }, (_, at) => at).filter((at) => at % step === first);

describe('a process that is killed', () => {
  test.each(everyWrite())('before write %i loses no result and trains none again', async (at) => {
    await surviveAll([{ fault: 'killed before', at }]);
  });

  test.each(everyWrite(2, 1))('within write %i does neither', async (at) => {
    await surviveAll([{ fault: 'killed within', at }]);
  });

  test.each(everyWrite(3))('before write %i, as is the next one, does neither', async (at) => {
    const next = { fault: 'killed before', at: at % 7 } as const;
    await surviveAll([{ fault: 'killed before', at }, next]);
  });
});

describe('a disk that is full', () => {
  test.each(everyWrite())('for write %i loses no result', async (at) => {
    await surviveAll([{ fault: 'full', at }]);
  });

  test.each(everyWrite(3, 2))('for write %i and two more loses none', async (at) => {
    await surviveAll([{ fault: 'full', at, length: 3 }]);
  });
});

test.each([0, 3, 9, 12, 20])(
  'a disk that is full from write %i on leaves it to the next window',
  async (at) => {
    const faults = { fault: 'full', at, length: Number.POSITIVE_INFINITY } as const;
    const kept = await live(faults);
    expect(kept.writes).toBeGreaterThan(at);
    await surviveAll([]);
  },
);
