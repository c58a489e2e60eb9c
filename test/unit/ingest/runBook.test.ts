import { describe, expect, test } from 'vitest';

import { FileRuns } from '../../../server/src/ingest/fileRuns.ts';
import { RunBook } from '../../../server/src/ingest/runBook.ts';
import { MetricStore } from '../../../server/src/store/metricStore.ts';

function create(path: string) {
  const store = new MetricStore();
  const book = new RunBook(store);
  const options = { path, book, nameOf: (run: string) => run, readAgain: () => undefined };
  return { store, book, runs: new FileRuns(options) };
}

async function checkpoint(): Promise<void> {}

async function write(runs: FileRuns, format: string, value: number): Promise<void> {
  runs.begin({ name: format }).point('loss', 1, 1, value);
  await runs.publish(1, checkpoint);
}

describe('a run that goes and comes back before anyone was told', () => {
  async function replaced() {
    const found = create('/out/loss.csv');
    await write(found.runs, 'csv', 1);
    found.book.takeNews();
    found.runs.leave();
    return found;
  }

  test('is told of anew, also without a point', async () => {
    const { book, runs } = await replaced();
    runs.begin({ name: 'csv' });
    expect(book.takeNews()).toMatchObject({ removed: [], updates: [{ reset: true }] });
    expect(book.shown()).toHaveLength(1);
  });

  test('is gone when it goes again', async () => {
    const { book, runs } = await replaced();
    runs.begin({ name: 'csv' });
    runs.leave();
    expect(book.takeNews()).toEqual({ removed: ['/out/loss.csv'], updates: [] });
  });

  test('is gone when the file is only half written', async () => {
    const { book, runs } = await replaced();
    runs.beginAnew();
    runs.sinkOf({ name: 'csv' }).point('loss', 1, 1, 2);
    runs.abandon();
    expect(book.takeNews()).toEqual({ removed: ['/out/loss.csv'], updates: [] });
    expect(book.shown()).toEqual([]);
  });
});

describe('a file', () => {
  test('that becomes another format and then the first again has one run at a time', async () => {
    const { store, book, runs } = create('/out/log.txt');
    for (const format of ['stdout', 'jsonl', 'stdout']) {
      runs.discard();
      await write(runs, format, 1);
    }
    expect(book.shown().map(({ id }) => id)).toEqual(['/out/log.txt']);
    expect(store.runs()).toEqual(['/out/log.txt']);
    expect(book.takeNews()).toMatchObject({ removed: ['/out'], updates: [{}] });
  });

  test('gives the points of its runs again after they were discarded', async () => {
    const { store, runs } = create('/out/mlflow.db');
    const run = { key: 'aa11', name: 'bold-cat' };
    for (const value of [1, 2]) {
      runs.discard();
      runs.sinkOf({ name: 'mlflow-database' }, run).point('loss', 1, 1, value);
      await runs.publish(1, checkpoint);
    }
    expect(store.series('/out/mlflow.db/aa11', 'loss')?.values.at(0)).toBe(2);
  });

  test('that is read anew lets others have their turn between its runs', async () => {
    const { store, runs } = create('/out/mlflow.db');
    runs.beginAnew();
    for (const key of ['aa11', 'bb22', 'cc33']) {
      runs.sinkOf({ name: 'mlflow-database' }, { key, name: key }).point('loss', 1, 1, 1);
    }
    runs.complete();
    const published: number[] = [];
    await runs.publish(1, async () => {
      published.push(store.runs().length);
    });
    expect(published).toEqual([1, 2, 3]);
  });

  test('that does not count holds no points in memory', () => {
    const { store, book } = create('/out/a.json');
    const run = book.take('/out', 'out');
    const file = (path: string, progress: number) => {
      const stage = run.stage(path, 'trainer-state');
      stage.point('loss', progress, 1, 1);
      run.replace({ path, format: 'trainer-state', stage, modifiedAt: 1, progress });
      return stage;
    };
    file('/out/b.json', 20);
    const hidden = file('/out/a.json', 10);
    expect(hidden.commit().points).toBe(0);
    expect(store.pointCount('/out')).toBe(1);
  });
});
