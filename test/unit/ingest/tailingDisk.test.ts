import {
  existsSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
} from 'node:fs';

import { describe, expect, test } from 'vitest';

import { systemClock } from '../../../server/src/base/clock.ts';
import { silentLogger } from '../../../server/src/base/logger.ts';
import { IngestLoop } from '../../../server/src/ingest/ingestLoop.ts';
import { MetricStore } from '../../../server/src/store/metricStore.ts';
import { TemporaryWorkspace } from '../../support/temporaryWorkspace.ts';
import { writeEvent, writeEventFile } from '../../support/writeEvents.ts';

const line = (step: number): string => `{"step":${step},"loss":${step / 2}}\n`;
const lines = (from: number, to: number): string => range(from, to).map(line).join('');

function range(from: number, to: number): readonly number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}

/** Real files, a real watcher and a real clock; tests wait for what they expect to be told. */
class Fixture {
  readonly workspace = new TemporaryWorkspace();
  readonly store = new MetricStore();
  readonly loop: IngestLoop;
  changes = 0;

  constructor(polling: boolean) {
    const { store } = this;
    this.loop = new IngestLoop({ store, clock: systemClock, logger: silentLogger, polling });
    this.loop.onDidChange(() => {
      this.changes += 1;
    });
  }

  async watch(relative = ''): Promise<void> {
    this.loop.watch(this.workspace.path(relative));
    await this.loop.settled();
  }

  steps(run: string, metric = 'loss'): readonly number[] {
    const series = this.store.series(this.workspace.path(run), metric);
    return Array.from({ length: series?.length ?? 0 }, (_, index) => series?.steps.at(index) ?? -1);
  }

  sessions(run: string): readonly number[] {
    return [...(this.store.series(this.workspace.path(run), 'loss')?.sessions ?? [])];
  }

  /** Resolves once it is so, however many changes that takes; the test's time limit bounds it. */
  async until(isSo: () => boolean): Promise<void> {
    if (isSo()) return;
    await new Promise<void>((resume) => {
      const listening = this.loop.onDidChange(() => {
        if (!isSo()) return;
        listening.dispose();
        resume();
      });
    });
  }

  async becomes(run: string, steps: readonly number[]): Promise<void> {
    await this.until(() => JSON.stringify(this.steps(run)) === JSON.stringify(steps));
    expect(this.steps(run)).toEqual(steps);
  }

  [Symbol.dispose](): void {
    this.loop.dispose();
    this.workspace[Symbol.dispose]();
  }
}

describe.each([
  ['told by the system', false],
  ['polling', true],
])('tailing files on the disk, %s', (_, polling) => {
  test('a file that is cut to nothing and written on', async () => {
    using fixture = new Fixture(polling);
    const { workspace } = fixture;
    workspace.write('metrics.jsonl', lines(0, 50));
    await fixture.watch();
    truncateSync(workspace.path('metrics.jsonl'));
    workspace.append('metrics.jsonl', line(100));
    await fixture.becomes('', [100]);
    workspace.append('metrics.jsonl', line(101));
    await fixture.becomes('', [100, 101]);
  });

  test('a file that is cut within and grows on', async () => {
    using fixture = new Fixture(polling);
    const { workspace } = fixture;
    workspace.write('metrics.jsonl', lines(0, 10));
    await fixture.watch();
    truncateSync(workspace.path('metrics.jsonl'), lines(0, 4).length);
    await fixture.becomes('', [0, 1, 2, 3]);
    workspace.append('metrics.jsonl', lines(20, 22));
    await fixture.becomes('', [0, 1, 2, 3, 20, 21]);
  });

  test('a file that is written anew in place, as long as it was', async () => {
    using fixture = new Fixture(polling);
    const { workspace } = fixture;
    workspace.write('metrics.jsonl', line(1) + line(3));
    await fixture.watch();
    // A file system counts time in steps of some milliseconds.
    await fixture.loop.settled();
    await new Promise<void>((resume) => systemClock.after(20, resume));
    workspace.write('metrics.jsonl', line(5) + line(7));
    await fixture.becomes('', [5, 7]);
  });

  test('a log that is rotated: renamed, and begun again under its name', async () => {
    using fixture = new Fixture(polling);
    const { workspace } = fixture;
    workspace.write('metrics.jsonl', lines(0, 5));
    await fixture.watch();
    for (const [round, steps] of [range(5, 8), range(8, 20)].entries()) {
      renameSync(workspace.path('metrics.jsonl'), workspace.path(`metrics.jsonl.${round + 1}`));
      workspace.write('metrics.jsonl', steps.map(line).join(''));
      await fixture.becomes('', steps);
    }
    expect(fixture.loop.runs()).toHaveLength(1);
  });

  test('a run whose folder is renamed', async () => {
    using fixture = new Fixture(polling);
    const { workspace } = fixture;
    workspace.write('logs/a/metrics.jsonl', lines(0, 3));
    await fixture.watch('logs');
    renameSync(workspace.path('logs/a'), workspace.path('logs/b'));
    await fixture.until(() => fixture.steps('logs/a').length === 0);
    await fixture.becomes('logs/b', [0, 1, 2]);
    workspace.append('logs/b/metrics.jsonl', line(3));
    await fixture.becomes('logs/b', [0, 1, 2, 3]);
    expect(fixture.loop.runs().map(({ name }) => name)).toEqual(['b']);
  });

  test('a file that is deleted and made again', async () => {
    using fixture = new Fixture(polling);
    const { workspace } = fixture;
    workspace.write('a/metrics.jsonl', lines(0, 3));
    workspace.write('b/metrics.jsonl', line(0));
    await fixture.watch();
    for (const step of [7, 9]) {
      rmSync(workspace.path('a/metrics.jsonl'));
      await fixture.until(() => fixture.steps('a').length === 0);
      workspace.write('a/metrics.jsonl', line(step));
      await fixture.becomes('a', [step]);
    }
    expect(fixture.steps('b')).toEqual([0]);
  });

  test('several writers in one folder', async () => {
    using fixture = new Fixture(polling);
    const { workspace } = fixture;
    const file = (writer: number): string => `run/events.out.tfevents.${writer}.host`;
    for (const writer of [1, 2, 3]) workspace.write(file(writer), writeEventFile([]));
    await fixture.watch();
    for (const step of range(0, 12)) {
      const scalars = { [`loss${step % 2}`]: step, loss: step };
      workspace.append(file(1 + (step % 3)), writeEvent({ wallTime: step, step, scalars }));
    }
    // File after file, each in the order of its writer.
    await fixture.becomes('run', [0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11]);
    expect([...fixture.steps('run', 'loss0')].sort((a, b) => a - b)).toEqual([0, 2, 4, 6, 8, 10]);
    expect(fixture.loop.runs()).toHaveLength(1);
  });

  test('restarts that go on in the same file: sessions, and nothing lost', async () => {
    using fixture = new Fixture(polling);
    const { workspace } = fixture;
    workspace.write('metrics.jsonl', lines(0, 6));
    await fixture.watch();
    workspace.append('metrics.jsonl', lines(3, 8));
    await fixture.becomes('', [...range(0, 6), ...range(3, 8)]);
    workspace.append('metrics.jsonl', lines(0, 2));
    await fixture.becomes('', [...range(0, 6), ...range(3, 8), 0, 1]);
    expect(fixture.sessions('')).toEqual([0, 6, 11]);
    expect(fixture.store.skipped(workspace.root).count).toBe(0);
  });

  test('a writer that dies within a line, and the one after it', async () => {
    using fixture = new Fixture(polling);
    const { workspace } = fixture;
    workspace.write('metrics.jsonl', `${lines(0, 3)}{"step":3,"lo`);
    await fixture.watch();
    expect(fixture.steps('')).toEqual([0, 1, 2]);
    workspace.append('metrics.jsonl', lines(2, 5));
    // The first line of the second writer is glued to the half one: counted, not dropped in silence.
    await fixture.becomes('', [0, 1, 2, 3, 4]);
    const { count, examples } = fixture.store.skipped(workspace.root);
    expect([count, examples[0]?.byteStart]).toEqual([1, lines(0, 3).length]);
    expect(fixture.sessions('')).toEqual([0]);
  });

  test('a burst of small writes, told of in few changes', async () => {
    using fixture = new Fixture(polling);
    const { workspace } = fixture;
    workspace.write('metrics.jsonl', line(0));
    await fixture.watch();
    fixture.changes = 0;
    const started = performance.now();
    for (const step of range(1, 2000)) {
      workspace.append('metrics.jsonl', line(step));
      if (step % 100 === 0) await new Promise<void>((resume) => setImmediate(resume));
    }
    await fixture.becomes('', range(0, 2000));
    // One at once, then one for every 50 ms.
    expect(fixture.changes).toBeLessThanOrEqual(2 + (performance.now() - started) / 50);
  });

  test('a folder and a file that come late, behind a link', async () => {
    using fixture = new Fixture(polling);
    const { workspace } = fixture;
    mkdirSync(workspace.path('disk/real'), { recursive: true });
    symlinkSync(workspace.path('disk/real'), workspace.path('logs'), 'dir');
    await fixture.watch('logs');
    workspace.write('disk/real/new/run/metrics.jsonl', line(0));
    await fixture.becomes('logs/new/run', [0]);
    workspace.append('disk/real/new/run/metrics.jsonl', line(1));
    await fixture.becomes('logs/new/run', [0, 1]);
  });

  test('a link to a folder elsewhere', async () => {
    using fixture = new Fixture(polling);
    const { workspace } = fixture;
    workspace.write('scratch/run-7/metrics.jsonl', line(0));
    mkdirSync(workspace.path('logs'));
    await fixture.watch('logs');
    symlinkSync(workspace.path('scratch/run-7'), workspace.path('logs/latest'), 'dir');
    await fixture.becomes('logs/latest', [0]);
    workspace.append('scratch/run-7/metrics.jsonl', line(1));
    await fixture.becomes('logs/latest', [0, 1]);
    workspace.write('scratch/run-7/eval/metrics.jsonl', line(5));
    await fixture.becomes('logs/latest/eval', [5]);
  });

  test('files and folders that come as soon as the watch is ready, one at a time', async () => {
    for (let round = 0; round < 5; round += 1) {
      using fixture = new Fixture(polling);
      const { workspace } = fixture;
      mkdirSync(workspace.path('logs'));
      await fixture.watch('logs');
      workspace.write('logs/run/metrics.jsonl', line(0));
      await fixture.becomes('logs/run', [0]);
      workspace.append('logs/run/metrics.jsonl', line(1));
      await fixture.becomes('logs/run', [0, 1]);
    }
  });

  test('no file is held open, so that nothing that training does to it has to wait', async () => {
    using fixture = new Fixture(polling);
    const { workspace } = fixture;
    for (const run of ['a', 'b', 'c']) workspace.write(`${run}/metrics.jsonl`, lines(0, 1000));
    await fixture.watch();
    const held = existsSync('/proc/self/fd') ? readdirSync('/proc/self/fd').map(linkTarget) : [];
    expect(held.filter((path) => path.endsWith('metrics.jsonl'))).toEqual([]);
    renameSync(workspace.path('a'), workspace.path('d'));
    rmSync(workspace.path('b'), { recursive: true });
    workspace.write('c/metrics.jsonl', line(0));
    await fixture.becomes('c', [0]);
    await fixture.becomes('d', range(0, 1000));
    await fixture.until(() => fixture.loop.runs().length === 2);
  });

  test('very many runs that appear at once, none of them lost', async () => {
    using fixture = new Fixture(polling);
    const { workspace, loop } = fixture;
    const runs = polling ? 100 : 1000;
    mkdirSync(workspace.path('logs'));
    await fixture.watch('logs');
    for (const run of range(0, runs)) {
      const folder = `logs/group-${run % 10}/run-${run}`;
      workspace.write(`${folder}/metrics.jsonl`, line(run));
      workspace.write(`${folder}/seed.csv`, `step,loss\n${run},1\n`);
      const events = writeEventFile([{ wallTime: 1, step: run, scalars: { acc: 1 } }]);
      workspace.write(`${folder}/events.out.tfevents.1.host`, events);
    }
    await fixture.until(() => loop.runs().length >= 2 * runs);
    const isWhole = (run: number): boolean => {
      const folder = `logs/group-${run % 10}/run-${run}`;
      return fixture.steps(folder)[0] === run && fixture.steps(folder, 'acc')[0] === run;
    };
    await fixture.until(() => range(0, runs).every(isWhole));
    expect(loop.runs()).toHaveLength(2 * runs);
  }, 120_000);
});

function linkTarget(descriptor: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${descriptor}`);
  } catch {
    return '';
  }
}
