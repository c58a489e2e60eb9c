import { silentLogger } from '../../server/src/base/logger.ts';
import {
  type IngestChange,
  IngestLoop,
  type IngestOptions,
} from '../../server/src/ingest/ingestLoop.ts';
import { MetricStore } from '../../server/src/store/metricStore.ts';
import { FolderLogSource } from './folderLogSource.ts';
import { ManualClock } from './manualClock.ts';
import { TemporaryWorkspace } from './temporaryWorkspace.ts';

/** A loop over a folder on the disk, with a clock that stands still and changes that the test tells. */
export class IngestFixture {
  readonly clock = new ManualClock();
  readonly source = new FolderLogSource(this.clock);
  readonly folder = new TemporaryWorkspace();
  readonly store = new MetricStore();
  readonly changes: IngestChange[] = [];
  readonly loop: IngestLoop;

  constructor(options: Partial<IngestOptions> = {}) {
    const { store, clock, source } = this;
    const all = { store, clock, source, logger: silentLogger, polling: false, ...options };
    this.loop = new IngestLoop(all);
    this.loop.onDidChange((change) => this.changes.push(change));
  }

  /** Reads all that is known by now, and whatever falls due within `ms` after it. */
  async settle(ms = 0): Promise<void> {
    const end = this.clock.now() + ms;
    do {
      let isSettled = false;
      const settled = this.loop.settled().then(() => {
        isSettled = true;
      });
      while (!isSettled) {
        this.clock.advance(10);
        // A millisecond or more, so that the clock does not run far ahead of a slow disk.
        await new Promise<void>((resume) => setTimeout(resume, 1));
      }
      await settled;
    } while (this.clock.now() < end);
  }

  /** Lets the clock run until something is so. */
  async until(isSo: () => boolean): Promise<void> {
    while (!isSo()) await this.settle();
  }

  async watch(): Promise<void> {
    this.loop.watch(this.folder.root);
    await this.settle();
  }

  /** Tells that a file changed, and reads it. */
  async touch(relative: string): Promise<void> {
    this.source.touch(this.folder.path(relative));
    await this.settle();
  }

  /** Step and value of every point of a series. */
  points(runId: string, metric: string): readonly (readonly [step: number, value: number])[] {
    const series = this.store.series(runId, metric);
    return Array.from({ length: series?.length ?? 0 }, (_, index) => [
      series?.steps.at(index) ?? Number.NaN,
      series?.values.at(index) ?? Number.NaN,
    ]);
  }

  dispose(): void {
    this.loop.dispose();
    this.folder[Symbol.dispose]();
  }
}
