import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** A folder of its own for one test, gone at its end. Paths are relative, with forward slashes. */
export class TemporaryWorkspace {
  /** Absolute, without symbolic links, so that it equals what a watcher reports. */
  readonly root: string;

  constructor(files: Readonly<Record<string, string | Uint8Array>> = {}) {
    this.root = realpathSync(mkdtempSync(join(tmpdir(), 'counterweight-test-')));
    for (const [path, content] of Object.entries(files)) this.write(path, content);
  }

  path(relative: string): string {
    return join(this.root, relative);
  }

  uri(relative: string): string {
    return pathToFileURL(this.path(relative)).href;
  }

  write(relative: string, content: string | Uint8Array): void {
    mkdirSync(dirname(this.path(relative)), { recursive: true });
    writeFileSync(this.path(relative), content);
  }

  append(relative: string, content: string | Uint8Array): void {
    appendFileSync(this.path(relative), content);
  }

  read(relative: string): string {
    return readFileSync(this.path(relative), 'utf8');
  }

  [Symbol.dispose](): void {
    rmSync(this.root, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}
