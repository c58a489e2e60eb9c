/** The measuring process: takes one order, sends what it found, and ends. */
import { appendFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';

import { createCheckpoint, neverCancelled } from '../../server/src/base/cancellation.ts';
import { systemClock } from '../../server/src/base/clock.ts';
import { DiskLogSource } from '../../server/src/ingest/diskLogSource.ts';
import { IngestLoop } from '../../server/src/ingest/ingestLoop.ts';
import { LogTail } from '../../server/src/ingest/logTail.ts';
import { SqliteSource } from '../../server/src/ingest/sqliteSource.ts';
import { detectFormat, detectSnapshot } from '../../server/src/readers/detectFormat.ts';
import { MetricStore } from '../../server/src/store/metricStore.ts';
import type { RunStage } from '../../server/src/store/runStage.ts';
import type { Ingest, Order, Reading, Updates } from './measured.mts';

const logger = {
  info: () => undefined,
  warn: (message: string) => console.error(message),
  error: (message: string) => console.error(message),
};
const appendedLines = 100;

process.once('message', (order: Order) => {
  void perform(order).then((result) => process.send?.(result, () => process.disconnect()));
});

function perform(order: Order): Promise<Reading | Ingest | readonly Updates[]> {
  if (order.task === 'read') return readLog(order.path);
  return order.task === 'ingest' ? ingestLog(order.path) : growLogs(order.paths, order.rounds);
}

async function readLog(path: string): Promise<Reading> {
  const store = new MetricStore();
  const source = new DiskLogSource({ clock: systemClock, logger, polling: false });
  const databases = new SqliteSource();
  const tail = new LogTail(path, {
    source,
    clock: systemClock,
    databases,
    detectFormat,
    detectSnapshot,
  });
  let stage: RunStage | undefined;
  const target = {
    begin: (format: { readonly name: string }) => {
      stage = store.stage('run', path, format.name);
      return stage;
    },
    discard: () => store.removeFile('run', path),
    beginAnew: unexpected,
    sinkOf: unexpected,
    complete: unexpected,
    abandon: unexpected,
  };
  const finish = begin();
  for (let hasMore = true; hasMore; ) {
    ({ hasMore } = await tail.advance(target, createCheckpoint(neverCancelled)));
    stage?.commit();
  }
  return finish(store.pointCount('run'));
}

/** The logs that are measured grow. */
function unexpected(): never {
  throw new Error('The log was taken for one that is rewritten.');
}

async function ingestLog(path: string): Promise<Ingest> {
  const store = new MetricStore();
  const loop = new IngestLoop({ store, clock: systemClock, logger, polling: false });
  const delays = monitorEventLoopDelay({ resolution: 2 });
  const turns = new TurnTimer();
  const finish = begin();
  delays.enable();
  loop.watch(path);
  await loop.settled();
  delays.disable();
  turns.stop();
  const reading = finish(store.runs().reduce((sum, run) => sum + store.pointCount(run), 0));
  loop.dispose();
  return {
    ...reading,
    longestDelay: delays.max / 1e6,
    p99Delay: delays.percentile(99) / 1e6,
    longestTurn: turns.longest,
  };
}

/** Looks every 2 ms how long this thread has worked since: other processes do not count. */
class TurnTimer {
  readonly #timer: NodeJS.Timeout;
  #before = ownMilliseconds();
  longest = 0;

  constructor() {
    this.#timer = setInterval(() => this.#look(), 2);
  }

  stop(): void {
    this.#look();
    clearInterval(this.#timer);
  }

  #look(): void {
    const now = ownMilliseconds();
    this.longest = Math.max(this.longest, now - this.#before);
    this.#before = now;
  }
}

function ownMilliseconds(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

/** Notes what there is before the work; the function that it returns tells the difference. */
function begin(): (points: number) => Reading {
  const atFirst = process.memoryUsage.rss();
  const cpu = process.cpuUsage();
  const started = performance.now();
  return (points) => {
    const seconds = (performance.now() - started) / 1000;
    const { user, system } = process.cpuUsage(cpu);
    const peak = process.resourceUsage().maxRSS * 1024;
    return { seconds, cpuSeconds: (user + system) / 1e6, points, peak, atFirst };
  };
}

/** Lets the logs grow in turns. */
async function growLogs(paths: readonly string[], rounds: number): Promise<readonly Updates[]> {
  const store = new MetricStore();
  const loop = new IngestLoop({ store, clock: systemClock, logger, polling: false });
  for (const path of paths) loop.watch(dirname(path));
  await loop.settled();
  const results = paths.map((path) => ({
    path,
    milliseconds: [] as number[],
    cpuMilliseconds: [] as number[],
  }));
  for (let round = 0; round < rounds; round += 1) {
    for (const { path, milliseconds, cpuMilliseconds } of results) {
      const cost = await grow(loop, path, round);
      milliseconds.push(cost.milliseconds);
      cpuMilliseconds.push(cost.cpuMilliseconds);
    }
  }
  loop.dispose();
  return results;
}

async function grow(
  loop: IngestLoop,
  path: string,
  round: number,
): Promise<{ readonly milliseconds: number; readonly cpuMilliseconds: number }> {
  const lines = Array.from({ length: appendedLines }, (_, index) => {
    const step = 1e7 + round * appendedLines + index;
    return `${JSON.stringify({ step, 'train/loss_0': Math.sin(step), 'train/loss_1': 0.5 })}\n`;
  });
  // So that nothing of the update before is still under way.
  await pause(settleMs);
  const { size } = statSync(path);
  const told = new Promise<void>((resume) => {
    const listening = loop.onDidChange(({ updates }) => {
      if (!updates.some(({ run }) => run.files.some((file) => file.path === path))) return;
      listening.dispose();
      resume();
    });
  });
  const cpu = process.cpuUsage();
  const started = performance.now();
  appendFileSync(path, lines.join(''));
  await told;
  const milliseconds = performance.now() - started;
  const { user, system } = process.cpuUsage(cpu);
  if (statSync(path).size <= size) throw new Error(`${path} has not grown.`);
  return { milliseconds, cpuMilliseconds: (user + system) / 1000 };
}

const settleMs = 300;

function pause(milliseconds: number): Promise<void> {
  return new Promise((resume) => setTimeout(resume, milliseconds));
}
