import { Console } from 'node:console';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';

/** Bytes of output that are kept: what a task prints at every step would fill the disk. */
const mostBytes = 4 * 2 ** 20;

/** A console that prints into `stdout.log` in the folder of a run, so that a task may use it. */
export function createUserConsole(runFolder: string): Console {
  const path = join(runFolder, 'stdout.log');
  let written = 0;
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      const before = written;
      written += chunk.length;
      if (before <= mostBytes) append(path, written <= mostBytes ? chunk : '… and more.\n');
      done();
    },
  });
  return new Console({ stdout: stream, stderr: stream });
}

/** Printing never ends a run. */
function append(path: string, text: Buffer | string): void {
  try {
    appendFileSync(path, text);
  } catch {
    // A disk that is full is told of by the metrics and the checkpoints.
  }
}
