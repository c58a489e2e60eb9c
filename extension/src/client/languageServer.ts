import * as vscode from 'vscode';
import {
  CloseAction,
  type CloseHandlerResult,
  ErrorAction,
  LanguageClient,
  type LanguageClientOptions,
  RevealOutputChannelOn,
  State,
  TransportKind,
} from 'vscode-languageclient/node';

import { clientCommands, serverCommands } from '#protocol/commands';
import { notifications } from '#protocol/messages';
import { type Answer, parseArrival, type Schema } from './answer.ts';
import { configLanguages } from './configDocument.ts';
import { type CrashHistory, decideAfterCrash } from './crashPolicy.ts';
import type { Notices } from './notices.ts';

/** The language server as the rest of the extension sees it: everything that arrives is parsed. */
export class LanguageServer implements vscode.Disposable {
  readonly #client: LanguageClient;
  readonly #log: vscode.LogOutputChannel;
  readonly #notices: Notices;
  readonly #started = new vscode.EventEmitter<void>();
  readonly #stateChanged = new vscode.EventEmitter<void>();
  readonly #listening: vscode.Disposable;
  #crashes: CrashHistory = [];

  /** Fires whenever a server has come up, the first time and after each restart. */
  readonly onDidStart = this.#started.event;

  /** Fires when a server is starting, has come up or has gone. */
  readonly onDidChangeState = this.#stateChanged.event;

  constructor(extensionUri: vscode.Uri, log: vscode.LogOutputChannel, notices: Notices) {
    this.#log = log;
    this.#notices = notices;
    const module = vscode.Uri.joinPath(extensionUri, 'dist', 'server.cjs').fsPath;
    const node = { module, transport: TransportKind.ipc };
    this.#client = new LanguageClient(
      'counterweight',
      'Counterweight',
      { run: node, debug: { ...node, options: { execArgv: ['--nolazy', '--inspect=0'] } } },
      clientOptions(log, () => this.#afterCrash()),
    );
    this.#listening = vscode.Disposable.from(
      this.#started,
      this.#stateChanged,
      this.#client.onDidChangeState(({ newState }) => {
        if (newState === State.Running) this.#started.fire();
        this.#stateChanged.fire();
      }),
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.notify(notifications.trustGranted, {})),
    );
  }

  /** Whether a server is there to be asked. */
  get running(): boolean {
    return this.#client.state === State.Running;
  }

  /** Whether none is there and none is on its way. */
  get down(): boolean {
    return this.#client.state === State.Stopped || this.#client.state === State.StartFailed;
  }

  async start(): Promise<void> {
    try {
      await this.#client.start();
    } catch (error) {
      this.#log.error(`The language server did not start: ${describe(error)}`);
      this.#offerRestart('The language server of Counterweight did not start.');
    }
  }

  /** Stops the server, where one runs, and starts a fresh one with a clean record. */
  async restart(): Promise<void> {
    this.#crashes = [];
    try {
      if (this.#client.needsStop()) await this.#client.stop();
    } catch (error) {
      this.#log.warn(`The language server did not stop by itself: ${describe(error)}`);
    }
    await this.start();
  }

  /** Asks the server. Failures of the connection and answers of a wrong form are values too. */
  async request<T>(
    method: string,
    parameters: unknown,
    schema: Schema<T>,
    token?: vscode.CancellationToken,
  ): Promise<Answer<T>> {
    try {
      const answer: unknown = await this.#client.sendRequest(method, parameters, token);
      return this.#parse(method, schema, answer);
    } catch (error) {
      this.#log.error(`${method}: ${describe(error)}`);
      return { ok: false, problem: `The language server did not answer: ${describe(error)}` };
    }
  }

  /** Tells the server; says nothing where none runs, since a fresh one is told all anyway. */
  notify(method: string, parameters: unknown): void {
    if (!this.running) return;
    this.#client
      .sendNotification(method, parameters)
      .catch((error: unknown) => this.#log.error(`${method}: ${describe(error)}`));
  }

  /** Calls the listener with every message of this name that has the agreed form. */
  onNotification<T>(
    method: string,
    schema: Schema<T>,
    listener: (message: T) => void,
  ): vscode.Disposable {
    return this.#client.onNotification(method, (message: unknown) => {
      const parsed = this.#parse(method, schema, message);
      if (parsed.ok) listener(parsed.value);
    });
  }

  dispose(): void {
    this.#listening.dispose();
    this.#client
      .dispose()
      .catch((error: unknown) => this.#log.warn(`While stopping the server: ${describe(error)}`));
  }

  #parse<T>(method: string, schema: Schema<T>, value: unknown): Answer<T> {
    const parsed = parseArrival(method, schema, value);
    if (!parsed.ok) this.#log.error(parsed.problem);
    return parsed;
  }

  #afterCrash(): CloseHandlerResult {
    const { history, action } = decideAfterCrash(this.#crashes, Date.now());
    this.#crashes = history;
    if (action === 'restart') {
      this.#log.error('The language server stopped unexpectedly; it is started again.');
      return { action: CloseAction.Restart, handled: true };
    }
    this.#offerRestart(
      `The language server of Counterweight stopped ${history.length} times in three minutes and is left stopped.`,
    );
    return { action: CloseAction.DoNotRestart, handled: true };
  }

  #offerRestart(message: string): void {
    this.#notices.error(message, { label: 'Restart', run: () => this.restart() });
  }
}

function clientOptions(
  log: vscode.LogOutputChannel,
  closed: () => CloseHandlerResult,
): LanguageClientOptions {
  return {
    documentSelector: [
      ...configLanguages.map((language) => ({ scheme: 'file', language })),
      { scheme: 'file', pattern: '**/*.toml' },
    ],
    outputChannel: log,
    revealOutputChannelOn: RevealOutputChannelOn.Never,
    // A function, so that a restarted server is told how things stand then.
    initializationOptions: () => ({
      trusted: vscode.workspace.isTrusted,
      settings: vscode.workspace.getConfiguration().get('counterweight'),
    }),
    synchronize: { configurationSection: 'counterweight' },
    // Hovers carry links to these commands and to no others.
    markdown: {
      isTrusted: {
        enabledCommands: [...Object.values(clientCommands), ...Object.values(serverCommands)],
      },
      supportThemeIcons: true,
    },
    errorHandler: {
      error: (_error, _message, count) => ({
        action: (count ?? 0) <= 3 ? ErrorAction.Continue : ErrorAction.Shutdown,
        handled: true,
      }),
      closed,
    },
  };
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
