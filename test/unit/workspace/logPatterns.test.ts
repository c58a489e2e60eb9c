import { afterEach, expect, test } from 'vitest';

import { systemClock } from '../../../server/src/base/clock.ts';
import { silentLogger } from '../../../server/src/base/logger.ts';
import { IngestLoop } from '../../../server/src/ingest/ingestLoop.ts';
import { MetricStore } from '../../../server/src/store/metricStore.ts';
import { createDiskFiles } from '../../../server/src/workspace/diskFiles.ts';
import { RunCatalog } from '../../../server/src/workspace/runCatalog.ts';
import { Session } from '../../../server/src/workspace/session.ts';
import { TemporaryWorkspace } from '../../support/temporaryWorkspace.ts';

const config = 'loss_weights: {kl: 0.5, rec: 1.0}\n';
const log = 'it 0: kl~0.5 rec~2.0\nchatter\nit 1: kl~0.25 rec~1.5\n';
const pattern = (files: string, line: string): string =>
  `log_patterns:\n  - files: ${files}\n    line: '${line}'\n`;
const right = 'it (?<step>\\d+): kl~(?<kl>\\S+) rec~(?<rec>\\S+)';

/** A session over real files, with an open config. */
class Fixture {
  readonly workspace: TemporaryWorkspace;
  readonly store = new MetricStore();
  readonly session: Session;
  readonly ingest: IngestLoop;
  isTrusted = true;

  constructor(files: Readonly<Record<string, string>>) {
    this.workspace = new TemporaryWorkspace({ 'train.yaml': config, ...files });
    const { store } = this;
    const options = { store, clock: systemClock, logger: silentLogger };
    this.ingest = new IngestLoop({ ...options, polling: false });
    this.session = new Session({
      ...options,
      files: createDiskFiles(),
      ingest: this.ingest,
      catalog: new RunCatalog(),
      trusted: () => this.isTrusted,
    });
  }

  async open(path: string, text = this.workspace.read(path)): Promise<void> {
    this.workspace.write(path, text);
    await this.session.setDocument(this.workspace.uri(path), this.workspace.path(path), text);
    await this.session.settled();
  }

  async openAll(): Promise<void> {
    await this.session.addFolder(this.workspace.root);
    await this.open('counterweight.yaml');
    await this.open('train.yaml');
  }

  values(run: string, metric: string): readonly number[] | undefined {
    const series = this.store.series(this.workspace.path(run), metric);
    if (!series) return undefined;
    return Array.from({ length: series.length }, (_, at) => series.values.at(at) ?? Number.NaN);
  }

  /** Runs that are shown at the config. */
  runs(): readonly string[] {
    const view = this.session.view(this.workspace.uri('train.yaml'));
    return (view?.runs ?? []).map(({ name }) => name);
  }

  /** What is said of counterweight.yaml, with the text that it stands at. */
  said(): readonly string[] {
    const project = this.session.project(this.workspace.uri('counterweight.yaml'));
    return (project?.problems ?? []).map(
      ({ range, message }) => `${project?.text.slice(range.start, range.end)} | ${message}`,
    );
  }

  dispose(): void {
    this.session.dispose();
    this.ingest.dispose();
    this.workspace[Symbol.dispose]();
  }
}

let fixture: Fixture;
afterEach(() => fixture.dispose());

test('a log of a form of its own, under a name of its own, is read and shown at the config', async () => {
  fixture = new Fixture({
    'counterweight.yaml': pattern("'console/*.printed'", right),
    'console/a.printed': log,
    'console/notes.jsonl': '{"step": 0, "kl": 1}\n',
  });
  await fixture.openAll();
  expect(fixture.values('console/a.printed', 'kl')).toEqual([0.5, 0.25]);
  expect(fixture.runs()).toEqual(['a.printed']);
  expect(fixture.said()).toEqual([]);
  const project = fixture.session.project(fixture.workspace.uri('counterweight.yaml'));
  expect(project?.hints).toMatchObject([{ label: 'reads 2 of 3 lines' }]);
});

test('the pattern counts in the place of what the content looks like', async () => {
  const line = '"step": (?<step>\\d+), "kl": (?<mine>\\S+)\\}';
  fixture = new Fixture({
    'counterweight.yaml': pattern('runs/a.jsonl', line),
    'runs/a.jsonl': '{"step": 0, "kl": 1}\n{"step": 1, "kl": 2}\n',
    'runs/b.jsonl': '{"step": 0, "kl": 1}\n{"step": 1, "kl": 2}\n',
  });
  await fixture.openAll();
  expect(fixture.values('runs/a.jsonl', 'mine')).toEqual([1, 2]);
  expect(fixture.values('runs/a.jsonl', 'kl')).toBeUndefined();
  expect(fixture.values('runs/b.jsonl', 'kl')).toEqual([1, 2]);
});

test('an edit of the pattern reads the files anew, a broken one keeps what was read', async () => {
  fixture = new Fixture({
    'counterweight.yaml': pattern('logs/a.printed', right),
    'logs/a.printed': log,
  });
  await fixture.openAll();
  await fixture.open('counterweight.yaml', pattern('logs/a.printed', 'rec~(?<reconstruction>\\S+'));
  expect(fixture.values('logs/a.printed', 'kl')).toEqual([0.5, 0.25]);
  await fixture.open(
    'counterweight.yaml',
    pattern('logs/a.printed', 'rec~(?<reconstruction>\\S+)'),
  );
  expect(fixture.values('logs/a.printed', 'reconstruction')).toEqual([2, 1.5]);
  expect(fixture.values('logs/a.printed', 'kl')).toBeUndefined();
  await fixture.open('counterweight.yaml', 'logs: [logs]\n');
  expect(fixture.values('logs/a.printed', 'reconstruction')).toBeUndefined();
  expect(fixture.runs()).toEqual([]);
});

test('a pattern that matches no line says so at its line, with a line; so does one without files', async () => {
  fixture = new Fixture({
    'counterweight.yaml': pattern('logs/*.txt', 'loss=(?<loss>\\S+)'),
    'logs/train.txt': log,
  });
  await fixture.openAll();
  expect(fixture.said()).toEqual([
    "'loss=(?<loss>\\S+)' | This matches none of the 3 lines of logs/train.txt that are left to it, such as: chatter",
  ]);
  await fixture.open('counterweight.yaml', pattern('logs/*.text', right));
  expect(fixture.said()).toEqual(['logs/*.text | No file is there yet that this names.']);
  await fixture.open('counterweight.yaml', pattern('logs/*.txt', right));
  expect(fixture.said()).toEqual([]);
});

test('in a workspace that is not trusted no pattern is run, and that is said', async () => {
  fixture = new Fixture({
    'counterweight.yaml': pattern('logs/a.printed', right),
    'logs/a.printed': log,
  });
  fixture.isTrusted = false;
  await fixture.openAll();
  expect(fixture.values('logs/a.printed', 'kl')).toBeUndefined();
  expect(fixture.said().join()).toContain('This workspace is not trusted');
  fixture.isTrusted = true;
  fixture.session.trustGranted();
  await fixture.session.settled();
  expect(fixture.values('logs/a.printed', 'kl')).toEqual([0.5, 0.25]);
  expect(fixture.runs()).toEqual(['a.printed']);
  expect(fixture.said()).toEqual([]);
});
