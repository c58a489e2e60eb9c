import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

import type { Clock } from '../../server/src/base/clock.ts';
import { type Disposable, toDisposable } from '../../server/src/base/disposable.ts';
import { silentLogger } from '../../server/src/base/logger.ts';
import type { Result } from '../../server/src/base/result.ts';
import { DiskLogSource } from '../../server/src/ingest/diskLogSource.ts';
import type {
  LogFile,
  LogListener,
  LogSource,
  OpenFailure,
} from '../../server/src/ingest/logSource.ts';
import { isIgnoredFolder, isLogCandidate } from '../../server/src/ingest/runLayout.ts';

/** Logs on the disk whose changes are told by the test instead of the system. */
export class FolderLogSource implements LogSource {
  readonly #disk: DiskLogSource;
  readonly #listeners = new Set<LogListener>();

  constructor(clock: Clock) {
    this.#disk = new DiskLogSource({ clock, logger: silentLogger, polling: false });
  }

  watch(root: string, listener: LogListener): Disposable {
    this.#listeners.add(listener);
    for (const name of readdirSync(root, { recursive: true, encoding: 'utf8' })) {
      const path = join(root, name);
      if (isLogCandidate(path) && !isInIgnored(path, root)) listener.touched(path);
    }
    listener.ready();
    return toDisposable(() => this.#listeners.delete(listener));
  }

  /** Tells that a file may have changed. */
  touch(path: string): void {
    for (const { touched } of this.#listeners) touched(path);
  }

  open(path: string): Promise<Result<LogFile, OpenFailure>> {
    return this.#disk.open(path);
  }

  realPath(path: string): Promise<string> {
    return this.#disk.realPath(path);
  }
}

function isInIgnored(path: string, root: string): boolean {
  const folder = dirname(path);
  return path.length > root.length && (isIgnoredFolder(path) || isInIgnored(folder, root));
}
