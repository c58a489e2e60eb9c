import { renameSync, rmSync, symlinkSync } from 'node:fs';

import { describe, expect, test } from 'vitest';

import { systemClock } from '../../../server/src/base/clock.ts';
import { silentLogger } from '../../../server/src/base/logger.ts';
import { IngestLoop } from '../../../server/src/ingest/ingestLoop.ts';
import { MetricStore } from '../../../server/src/store/metricStore.ts';
import { TemporaryWorkspace } from '../../support/temporaryWorkspace.ts';
import { writeEvent, writeEventFile } from '../../support/writeEvents.ts';

const line = (step: number): string => `{"step":${step},"loss":${step / 2}}\n`;

/** Real files, a real watcher and a real clock; tests wait for what they expect to be told. */
class Fixture {
  readonly workspace = new TemporaryWorkspace();
  readonly store = new MetricStore();
  readonly loop: IngestLoop;

  constructor(polling = false) {
    const { store } = this;
    this.loop = new IngestLoop({ store, clock: systemClock, logger: silentLogger, polling });
  }

  steps(run: string, metric = 'loss'): readonly number[] | undefined {
    const series = this.store.series(this.workspace.path(run), metric);
    return series && [...series.steps];
  }

  /** Resolves once the steps of a run's loss are these; the test's own time limit bounds it. */
  async becomes(run: string, steps: readonly number[] | undefined): Promise<void> {
    const isReached = (): boolean => JSON.stringify(this.steps(run)) === JSON.stringify(steps);
    if (isReached()) return;
    await new Promise<void>((resume) => {
      const listening = this.loop.onDidChange(() => {
        if (!isReached()) return;
        listening.dispose();
        resume();
      });
    });
  }

  [Symbol.dispose](): void {
    this.loop.dispose();
    this.workspace[Symbol.dispose]();
  }
}

describe.each([
  ['told by the system', false],
  ['polling', true],
])('IngestLoop on the disk, %s', (_, polling) => {
  test('reads what is there by the time it has settled', async () => {
    using fixture = new Fixture(polling);
    const { workspace, loop } = fixture;
    workspace.write('logs/a/metrics.jsonl', line(0) + line(1));
    workspace.write('logs/a/checkpoint.bin', new Uint8Array(100));
    workspace.write('logs/node_modules/x/metrics.jsonl', line(9));
    workspace.write(
      'logs/b/events.out.tfevents.1.h',
      writeEventFile([{ wallTime: 1, scalars: { loss: 1 } }]),
    );
    loop.watch(workspace.path('logs'));
    await loop.settled();
    expect(loop.runs().map(({ name, files }) => [name, files[0]?.format])).toEqual([
      ['a', 'jsonl'],
      ['b', 'tensorboard'],
    ]);
    expect(fixture.steps('logs/a')).toEqual([0, 1]);
  });

  test('follows files as they grow', async () => {
    using fixture = new Fixture(polling);
    const { workspace, loop } = fixture;
    workspace.write('logs/a/metrics.jsonl', line(0));
    workspace.write('logs/b/events.out.tfevents.1.h', writeEventFile([]));
    loop.watch(workspace.path('logs'));
    await loop.settled();
    for (const step of [1, 2, 3]) {
      workspace.append('logs/a/metrics.jsonl', line(step));
      await fixture.becomes(
        'logs/a',
        Array.from({ length: step + 1 }, (_, index) => index),
      );
    }
    const event = { wallTime: 1, step: 4, tensors: { loss: 0.5 } };
    workspace.append('logs/b/events.out.tfevents.1.h', writeEvent(event));
    await fixture.becomes('logs/b', [4]);
    expect(fixture.steps('logs/a')).toEqual([0, 1, 2, 3]);
  });

  test('finds folders that are made later, however deep', async () => {
    using fixture = new Fixture(polling);
    const { workspace, loop } = fixture;
    loop.watch(workspace.path('not/yet/.counterweight/runs'));
    await loop.settled();
    workspace.write('not/yet/.counterweight/runs/r1/metrics.jsonl', line(0));
    await fixture.becomes('not/yet/.counterweight/runs/r1', [0]);
    workspace.write('not/yet/.counterweight/runs/r2/out/seed.jsonl', line(3));
    await fixture.becomes('not/yet/.counterweight/runs/r2', [3]);
    expect(loop.runs().map(({ name }) => name)).toEqual(['r1', 'r2']);
  });

  test('follows a single file of any name, from before it exists', async () => {
    using fixture = new Fixture(polling);
    const { workspace, loop } = fixture;
    loop.watch(workspace.path('out/losses.out'));
    await loop.settled();
    workspace.write('out/other.jsonl', line(9));
    workspace.write('out/losses.out', line(0));
    await fixture.becomes('out/losses.out', [0]);
    workspace.append('out/losses.out', line(1));
    await fixture.becomes('out/losses.out', [0, 1]);
    rmSync(workspace.path('out/losses.out'));
    await fixture.becomes('out/losses.out', undefined);
    workspace.write('out/losses.out', line(5));
    await fixture.becomes('out/losses.out', [5]);
    expect(loop.runs()).toHaveLength(1);
  });

  test('starts over when a file is cut, replaced or written anew', async () => {
    using fixture = new Fixture(polling);
    const { workspace, loop } = fixture;
    workspace.write('metrics.jsonl', line(0) + line(1) + line(2));
    loop.watch(workspace.root);
    await loop.settled();
    workspace.write('metrics.jsonl', line(7));
    await fixture.becomes('', [7]);
    workspace.write('new', line(8) + line(9));
    renameSync(workspace.path('new'), workspace.path('metrics.jsonl'));
    await fixture.becomes('', [8, 9]);
    workspace.append('metrics.jsonl', line(10));
    await fixture.becomes('', [8, 9, 10]);
    expect(loop.runs()).toHaveLength(1);
  });

  test('forgets a folder that is deleted, and finds it when it is made again', async () => {
    using fixture = new Fixture(polling);
    const { workspace, loop } = fixture;
    workspace.write('logs/a/metrics.jsonl', line(0));
    loop.watch(workspace.path('logs'));
    await loop.settled();
    rmSync(workspace.path('logs'), { recursive: true });
    await fixture.becomes('logs/a', undefined);
    workspace.write('logs/a/metrics.jsonl', line(1));
    await fixture.becomes('logs/a', [1]);
    expect(loop.runs()).toHaveLength(1);
  });

  test('reads a log once that a link shows twice', async () => {
    using fixture = new Fixture(polling);
    const { workspace, loop } = fixture;
    workspace.write('logs/run-1/metrics.jsonl', line(0));
    symlinkSync(workspace.path('logs/run-1'), workspace.path('logs/latest'), 'dir');
    loop.watch(workspace.path('logs'));
    await loop.settled();
    expect(loop.runs().map(({ name }) => name)).toEqual(['run-1']);
  });
});
