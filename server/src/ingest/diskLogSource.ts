import { constants } from 'node:fs';
import { type FileHandle, open, realpath } from 'node:fs/promises';
import { resolve } from 'node:path';

import type { Clock } from '../base/clock.ts';
import type { Disposable } from '../base/disposable.ts';
import type { Logger } from '../base/logger.ts';
import { fail, type Result, succeed } from '../base/result.ts';
import type { LogFile, LogListener, LogSource, OpenFailure } from './logSource.ts';
import { RootWatch } from './rootWatch.ts';
import { isLogCandidate } from './runLayout.ts';

export interface DiskOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Looks at every file ten times a second instead of asking the system: for network file systems. */
  readonly polling: boolean;
}

/** Logs on the disk of this machine, watched by chokidar. */
export class DiskLogSource implements LogSource {
  readonly #options: DiskOptions;

  constructor(options: DiskOptions) {
    this.#options = options;
  }

  watch(root: string, listener: LogListener, wants = isLogCandidate): Disposable {
    return new RootWatch(resolve(root), listener, { ...this.#options, wants });
  }

  async open(path: string): Promise<Result<LogFile, OpenFailure>> {
    let handle: FileHandle | undefined;
    try {
      // Without O_NONBLOCK, opening a named pipe would wait for its writer for ever.
      handle = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
      const stat = await handle.stat({ bigint: true });
      if (stat.isFile()) return succeed(new DiskLogFile(handle, stat));
      await handle.close();
      return fail({ kind: 'missing', message: 'not a file' });
    } catch (error) {
      await handle?.close();
      return fail(describeFailure(error));
    }
  }

  async realPath(path: string): Promise<string> {
    try {
      return await realpath(path);
    } catch {
      return path;
    }
  }
}

class DiskLogFile implements LogFile {
  readonly identity: string;
  readonly size: number;
  readonly modifiedAt: number;
  readonly #handle: FileHandle;

  constructor(
    handle: FileHandle,
    stat: {
      readonly dev: bigint;
      readonly ino: bigint;
      readonly size: bigint;
      readonly mtimeNs: bigint;
    },
  ) {
    this.#handle = handle;
    // As big integers, because inode numbers of Windows do not fit into a double.
    this.identity = `${stat.dev}:${stat.ino}`;
    this.size = Number(stat.size);
    this.modifiedAt = Number(stat.mtimeNs) / 1e6;
  }

  async read(target: Uint8Array, offset: number): Promise<number> {
    let count = 0;
    while (count < target.length) {
      const { bytesRead } = await this.#handle.read(
        target,
        count,
        target.length - count,
        offset + count,
      );
      if (bytesRead === 0) break;
      count += bytesRead;
    }
    return count;
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}

/** Codes of the system that say that there is no such file. */
const missingCodes: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR', 'ELOOP', 'EISDIR']);

function describeFailure(error: unknown): OpenFailure {
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return { kind: missingCodes.has(code) ? 'missing' : 'unreadable', message };
}
