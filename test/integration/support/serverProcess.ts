import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import {
  createMessageConnection,
  type MessageConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-languageserver/node';

/** The server as it is shipped. */
export const bundledServer = fileURLToPath(new URL('../../../dist/server.cjs', import.meta.url));

/** How long a process that was asked to end may take before it is killed. */
const patienceMs = 3000;

/** The bundled language server as a child process, spoken to over its standard streams. */
export class ServerProcess {
  readonly connection: MessageConnection;
  readonly #child: ChildProcess;
  readonly #errors: string[] = [];
  #ended: string | undefined;

  constructor(cwd: string) {
    if (!existsSync(bundledServer)) {
      throw new Error(`${bundledServer} is not there: run \`npm run build\` first.`);
    }
    const child = spawn(process.execPath, ['--enable-source-maps', bundledServer, '--stdio'], {
      cwd,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.#child = child;
    child.stderr.setEncoding('utf8').on('data', (text: string) => this.#errors.push(text));
    this.connection = createMessageConnection(
      new StreamMessageReader(child.stdout),
      new StreamMessageWriter(child.stdin),
    );
    child.on('close', (code, signal) => {
      this.#ended = `exit code ${code}, signal ${signal}`;
      // Questions that nobody will answer any more fail at once.
      this.connection.dispose();
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** How it ended, in words; undefined while it runs. */
  get ended(): string | undefined {
    return this.#ended;
  }

  /** All that it has written to its standard error. */
  get errors(): string {
    return this.#errors.join('');
  }

  /** Ends it as the protocol says, by force where it does not obey. */
  async stop(): Promise<void> {
    if (this.#ended === undefined) {
      const gone = once(this.#child, 'close');
      const killer = setTimeout(() => this.#child.kill('SIGKILL'), patienceMs);
      await this.#askToEnd();
      await gone;
      clearTimeout(killer);
    }
  }

  async #askToEnd(): Promise<void> {
    try {
      await this.connection.sendRequest('shutdown');
      await this.connection.sendNotification('exit');
    } catch {
      // It died or was killed on the way; `stop` waits for the end in any case.
    }
  }
}
