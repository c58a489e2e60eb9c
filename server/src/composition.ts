import { join } from 'node:path';

import { CommandLauncher } from './ablation/launchers/command.ts';
import { SlurmLauncher } from './ablation/launchers/slurm.ts';
import { systemClock } from './base/clock.ts';
import { DisposableStore } from './base/disposable.ts';
import type { Logger } from './base/logger.ts';
import { HostClient } from './hostClient/hostClient.ts';
import { ScanThread } from './hostClient/scanThread.ts';
import { IngestLoop } from './ingest/ingestLoop.ts';
import type { Settings } from './protocol/settings.ts';
import { MetricStore } from './store/metricStore.ts';
import { createDiskFiles } from './workspace/diskFiles.ts';
import { Experiments } from './workspace/experiments.ts';
import { QueueMemory } from './workspace/queueMemory.ts';
import { RunCatalog } from './workspace/runCatalog.ts';
import { RunQueue } from './workspace/runQueue.ts';
import { RunStarter } from './workspace/runStarter.ts';
import { Session } from './workspace/session.ts';
import { WeightScan } from './workspace/weightScan.ts';
import type { Workspace } from './workspace/workspace.ts';

export interface CompositionOptions {
  readonly settings: () => Settings;
  readonly logger: Logger;
  /** Whether the user trusts the workspace. */
  readonly trusted: () => boolean;
  /** Folder of the bundles. */
  readonly bundleFolder: string;
  /** Folder for what may be forgotten: the measured choice of a backend. */
  readonly cacheFolder: string;
  /** Where folders are looked through: a thread of its own keeps the process free for others. */
  readonly scansIn: 'process' | 'thread';
}

const scanIdleMs = 10 * 60_000;

/** Builds the objects behind a front end. */
export function composeWorkspace(options: CompositionOptions): Workspace {
  const { settings, logger, trusted, bundleFolder, cacheFolder, scansIn } = options;
  const clock = systemClock;
  const files = createDiskFiles();
  const { polling, logMemory } = settings();
  const store = new MetricStore(logMemory * 2 ** 20);
  const catalog = new RunCatalog();
  const ingest = new IngestLoop({ store, clock, logger, polling });
  const threads = new DisposableStore();
  const scan =
    scansIn === 'process'
      ? new WeightScan(files)
      : threads.add(
          new ScanThread({ path: join(bundleFolder, 'weightScan.cjs'), idleMs: scanIdleMs }),
        );
  const session = new Session({ files, store, ingest, catalog, logger, trusted });
  const task = new HostClient({
    trainHostPath: join(bundleFolder, 'trainHost.cjs'),
    nodePath: () => settings().nodePath,
    cacheFolder,
    logger,
  });
  const launchers = { task, command: new CommandLauncher(), slurm: new SlurmLauncher() };
  const queue = new RunQueue();
  const queueMemory = new QueueMemory(files, queue, logger);
  const shared = { files, catalog, queue, clock, logger };
  const starter = new RunStarter({ ...shared, launchers, training: settings });
  const experiments = new Experiments({ ...shared, starter, store });
  return {
    files,
    session,
    scan,
    catalog,
    store,
    ingest,
    queue,
    queueMemory,
    starter,
    experiments,
    dispose() {
      threads.dispose();
      queueMemory.dispose();
      experiments.dispose();
      starter.dispose();
      session.dispose();
      ingest.dispose();
    },
  };
}
