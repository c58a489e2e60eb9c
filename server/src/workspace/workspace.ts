import type { Disposable } from '../base/disposable.ts';
import type { IngestLoop } from '../ingest/ingestLoop.ts';
import type { MetricStore } from '../store/metricStore.ts';
import type { Experiments } from './experiments.ts';
import type { WorkspaceFiles } from './files.ts';
import type { QueueMemory } from './queueMemory.ts';
import type { RunCatalog } from './runCatalog.ts';
import type { RunQueue } from './runQueue.ts';
import type { RunStarter } from './runStarter.ts';
import type { Session } from './session.ts';
import type { WeightScanner } from './weightScan.ts';

/** The objects behind both front ends, built once by the entry. */
export interface Workspace extends Disposable {
  readonly files: WorkspaceFiles;
  readonly session: Session;
  readonly scan: WeightScanner;
  readonly catalog: RunCatalog;
  readonly store: MetricStore;
  readonly ingest: IngestLoop;
  readonly queue: RunQueue;
  readonly queueMemory: QueueMemory;
  readonly starter: RunStarter;
  readonly experiments: Experiments;
}
