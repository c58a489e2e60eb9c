import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';

import {
  type CodeAction,
  CodeActionRequest,
  type CodeLens,
  CodeLensRequest,
  type Command,
  type CompletionItem,
  CompletionRequest,
  type Diagnostic,
  DidChangeTextDocumentNotification,
  DidCloseTextDocumentNotification,
  DidOpenTextDocumentNotification,
  type Hover,
  HoverRequest,
  type InitializeResult,
  type InlayHint,
  InlayHintRequest,
  type Position,
  type PublishDiagnosticsParams,
  type Range,
} from 'vscode-languageserver/node';
import { z } from 'zod';

import { clientCapabilities } from './clientCapabilities.ts';
import { ServerProcess } from './serverProcess.ts';

export interface LanguageServerOptions {
  /** The workspace folder, absolute; none where a file is opened by itself. */
  readonly folder?: string;
  /** True unless said otherwise. */
  readonly trusted?: boolean;
  readonly settings?: Readonly<Record<string, unknown>>;
}

/** A message that the server sent. */
export interface Arrival {
  readonly method: string;
  readonly params: unknown;
  /** `performance.now()` when it was taken from the stream. */
  readonly at: number;
}

/** How long a condition may take to come true on a busy machine. */
const defaultDeadlineMs = 20_000;
/** How soon a condition is looked at again when no message has arrived. */
const lookAgainMs = 50;

const textDocumentSchema = z.object({ uri: z.string(), diagnostics: z.array(z.unknown()) });

/**
 * A client that drives the bundled language server as an editor does. It remembers every message
 * of the server and answers the server's requests; `until` waits for a condition, never for a time.
 */
export class LanguageServer {
  readonly process: ServerProcess;
  readonly arrivals: Arrival[] = [];
  readonly #settings: unknown;
  readonly #diagnostics = new Map<string, readonly Diagnostic[]>();
  readonly #texts = new Map<string, { readonly version: number; readonly text: string }>();
  readonly #wakers = new Set<() => void>();
  #initialized: InitializeResult | undefined;

  private constructor(process: ServerProcess, settings: unknown) {
    this.process = process;
    this.#settings = settings;
  }

  /** Starts the server and shakes hands with it. */
  static async start(options: LanguageServerOptions = {}): Promise<LanguageServer> {
    const { folder, trusted = true, settings = {} } = options;
    const server = new LanguageServer(new ServerProcess(folder ?? process.cwd()), settings);
    server.#listen();
    const uri = folder === undefined ? undefined : pathToFileURL(folder).href;
    try {
      server.#initialized = await server.process.connection.sendRequest<InitializeResult>(
        'initialize',
        {
          processId: process.pid,
          rootUri: uri ?? null,
          workspaceFolders: uri === undefined ? null : [{ uri, name: 'workspace' }],
          capabilities: clientCapabilities,
          initializationOptions: { trusted, settings },
        },
      );
      await server.notify('initialized', {});
    } catch (error) {
      await server.process.stop();
      throw new Error(`The server did not start: ${error}\n${server.process.errors}`);
    }
    return server;
  }

  get capabilities(): InitializeResult['capabilities'] | undefined {
    return this.#initialized?.capabilities;
  }

  async open(uri: string, text: string, languageId = 'yaml'): Promise<void> {
    this.#texts.set(uri, { version: 1, text });
    await this.process.connection.sendNotification(DidOpenTextDocumentNotification.type, {
      textDocument: { uri, languageId, version: 1, text },
    });
  }

  /** Replaces the first occurrence of a piece of an open text, as one incremental change. */
  async edit(uri: string, from: string, to: string): Promise<void> {
    const open = this.#texts.get(uri);
    const offset = open?.text.indexOf(from) ?? -1;
    if (!open || offset < 0) throw new Error(`${uri} is not open or does not hold "${from}"`);
    const version = open.version + 1;
    const text = open.text.slice(0, offset) + to + open.text.slice(offset + from.length);
    this.#texts.set(uri, { version, text });
    await this.process.connection.sendNotification(DidChangeTextDocumentNotification.type, {
      textDocument: { uri, version },
      contentChanges: [
        {
          range: {
            start: positionIn(open.text, offset),
            end: positionIn(open.text, offset + from.length),
          },
          text: to,
        },
      ],
    });
  }

  async close(uri: string): Promise<void> {
    this.#texts.delete(uri);
    await this.process.connection.sendNotification(DidCloseTextDocumentNotification.type, {
      textDocument: { uri },
    });
  }

  /** The text of an open document as the server must have it. */
  text(uri: string): string {
    return this.#texts.get(uri)?.text ?? '';
  }

  /** Position of the first occurrence of a piece of an open text, `shift` characters into it. */
  position(uri: string, piece: string, shift = 0): Position {
    const offset = this.text(uri).indexOf(piece);
    if (offset < 0) throw new Error(`${uri} does not hold "${piece}"`);
    return positionIn(this.text(uri), offset + shift);
  }

  /** The diagnostics that were published last; none where nothing was published. */
  diagnostics(uri: string): readonly Diagnostic[] {
    return this.#diagnostics.get(uri) ?? [];
  }

  async hover(uri: string, position: Position): Promise<Hover | null> {
    return this.process.connection.sendRequest(HoverRequest.type, {
      textDocument: { uri },
      position,
    });
  }

  async completions(uri: string, position: Position): Promise<readonly CompletionItem[]> {
    const answer = await this.process.connection.sendRequest(CompletionRequest.type, {
      textDocument: { uri },
      position,
    });
    return Array.isArray(answer) ? answer : (answer?.items ?? []);
  }

  async inlayHints(uri: string): Promise<readonly InlayHint[]> {
    const answer = await this.process.connection.sendRequest(InlayHintRequest.type, {
      textDocument: { uri },
      range: wholeText,
    });
    return answer ?? [];
  }

  async codeLenses(uri: string): Promise<readonly CodeLens[]> {
    const answer = await this.process.connection.sendRequest(CodeLensRequest.type, {
      textDocument: { uri },
    });
    return answer ?? [];
  }

  async codeActions(
    uri: string,
    range: Range,
    diagnostics: readonly Diagnostic[] = [],
  ): Promise<readonly (Command | CodeAction)[]> {
    const answer = await this.process.connection.sendRequest(CodeActionRequest.type, {
      textDocument: { uri },
      range,
      context: { diagnostics: [...diagnostics] },
    });
    return answer ?? [];
  }

  /** Sends a request of ours and parses the answer. */
  async request<Schema extends z.ZodType>(
    method: string,
    params: unknown,
    answer: Schema,
  ): Promise<z.infer<Schema>> {
    return answer.parse(await this.process.connection.sendRequest(method, params));
  }

  async notify(method: string, params: unknown): Promise<void> {
    await this.process.connection.sendNotification(method, params);
  }

  /** What arrived under this name, oldest first; `since` is a length of `arrivals`. */
  arrived(method: string, since = 0): readonly Arrival[] {
    return this.arrivals.slice(since).filter((arrival) => arrival.method === method);
  }

  /** The payloads of all messages of this name that the schema accepts. */
  received<Schema extends z.ZodType>(method: string, schema: Schema): readonly z.infer<Schema>[] {
    return this.arrived(method).map((arrival) => schema.parse(arrival.params));
  }

  /**
   * Looks again at each message of the server, and every now and then, until `look` gives
   * something; fails in words at the deadline, or at once when the server has died.
   */
  async until<T>(
    what: string,
    look: () => T | undefined | false | Promise<T | undefined | false>,
    deadlineMs = defaultDeadlineMs,
  ): Promise<T> {
    const end = performance.now() + deadlineMs;
    for (;;) {
      const { ended } = this.process;
      if (ended !== undefined) throw this.#failure(what, `the server has ended (${ended})`);
      if (performance.now() > end) throw this.#failure(what, `not within ${deadlineMs} ms`);
      const found = await within(end - performance.now(), look());
      if (found !== undefined && found !== false) return found;
      await this.#nextArrival();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.process.stop();
  }

  #listen(): void {
    const { connection } = this.process;
    connection.onRequest((method, params) => {
      this.#record(method, params);
      return this.#answer(method, params);
    });
    connection.onNotification((method, params) => this.#record(method, params));
    connection.listen();
  }

  #record(method: string, params: unknown): void {
    this.arrivals.push({ method, params, at: performance.now() });
    if (method === 'textDocument/publishDiagnostics' && isPublished(params)) {
      this.#diagnostics.set(params.uri, params.diagnostics);
    }
    for (const wake of [...this.#wakers]) wake();
  }

  /** What an editor answers: its settings when asked for them, and yes to edits. */
  #answer(method: string, params: unknown): unknown {
    if (method === 'workspace/configuration') {
      const { items } = z.object({ items: z.array(z.unknown()) }).parse(params);
      return items.map(() => this.#settings);
    }
    return method === 'workspace/applyEdit' ? { applied: true } : null;
  }

  #nextArrival(): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        this.#wakers.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, lookAgainMs);
      this.#wakers.add(wake);
    });
  }

  #failure(what: string, reason: string): Error {
    const last = this.arrivals.slice(-5).map(({ method, params }) => {
      return `  ${method} ${(JSON.stringify(params) ?? '').slice(0, 400)}`;
    });
    const stderr = this.process.errors.slice(-2000);
    return new Error(
      `Waited for ${what}: ${reason}.\nLast messages:\n${last.join('\n')}\n${stderr}`,
    );
  }
}

const wholeText: Range = {
  start: { line: 0, character: 0 },
  end: { line: 1_000_000, character: 0 },
};

function positionIn(text: string, offset: number): Position {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length - 1, character: before.at(-1)?.length ?? 0 };
}

function isPublished(params: unknown): params is PublishDiagnosticsParams {
  return textDocumentSchema.safeParse(params).success;
}

/** The value, or undefined where it takes longer: a question to a server that hangs. */
async function within<T>(ms: number, value: T | Promise<T>): Promise<T | undefined> {
  const timer = new AbortController();
  const late = delay(ms, undefined, { signal: timer.signal }).catch(() => undefined);
  try {
    return await Promise.race([value, late]);
  } finally {
    timer.abort();
  }
}
