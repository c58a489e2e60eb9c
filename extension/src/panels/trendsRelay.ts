import * as vscode from 'vscode';

import { clientCommands } from '#protocol/commands';
import { notifications } from '#protocol/messages';
import {
  type TrendsMessage,
  type TrendsRequest,
  type TrendsView,
  trendsMessageSchema,
  trendsRequestSchema,
} from '#protocol/panels/trends';
import { toWire } from '#protocol/wire';
import { parseArrival } from '../client/answer.ts';
import type { LanguageServer } from '../client/languageServer.ts';
import { TrendsViews, toPixels } from './trendsViews.ts';

/** A web view that shows trends: an editor tab or the side bar. */
export interface TrendsWebview {
  /** Unique among all surfaces. */
  readonly key: string;
  readonly webview: vscode.Webview;
  /** What it shows now; undefined until there is a config. */
  configUri(): string | undefined;
}

/** Passes messages between the server and the web views that show trends. */
export class TrendsRelay implements vscode.Disposable {
  readonly #server: LanguageServer;
  readonly #log: vscode.LogOutputChannel;
  readonly #views = new TrendsViews();
  readonly #webviews = new Map<string, TrendsWebview>();
  /** Widths in pixels of the pages that have started, by the key of their surface. */
  readonly #widths = new Map<string, number>();
  readonly #listening: vscode.Disposable;

  constructor(server: LanguageServer, log: vscode.LogOutputChannel) {
    this.#server = server;
    this.#log = log;
    this.#listening = vscode.Disposable.from(
      server.onNotification(notifications.trends, trendsMessageSchema, (message) =>
        this.#pass(message),
      ),
      server.onDidStart(() => this.#tell(this.#views.all())),
    );
  }

  /** Serves a web view until the returned disposable is disposed. */
  attach(surface: TrendsWebview): vscode.Disposable {
    this.#webviews.set(surface.key, surface);
    const listening = surface.webview.onDidReceiveMessage((message: unknown) => {
      const request = parseArrival('a message of the trends panel', trendsRequestSchema, message);
      if (request.ok) this.#serve(surface, request.value);
      else this.#log.error(request.problem);
    });
    return new vscode.Disposable(() => {
      listening.dispose();
      this.#webviews.delete(surface.key);
      this.hide(surface.key);
    });
  }

  /** A surface has turned to another config; a page that has not started yet will ask by itself. */
  refresh(key: string): void {
    const surface = this.#webviews.get(key);
    const pixels = this.#widths.get(key);
    if (surface && pixels !== undefined) this.#show(surface, pixels);
  }

  /** A surface is out of sight: its page is gone and asks again when it is back. */
  hide(key: string): void {
    this.#widths.delete(key);
    this.#tell(this.#views.hide(key));
  }

  dispose(): void {
    this.#listening.dispose();
  }

  #serve(surface: TrendsWebview, request: TrendsRequest): void {
    const configUri = surface.configUri();
    switch (request.type) {
      case 'ready':
        this.#show(surface, request.pixels);
        break;
      case 'selectRun':
        this.#tell(this.#views.pick(surface.key, request.runId));
        break;
      case 'showRange':
        if (configUri !== undefined) this.#showRange(surface.key, configUri, request);
        break;
      case 'runTraining':
        vscode.commands.executeCommand(
          clientCommands.runTraining,
          configUri === undefined ? undefined : { configUri },
        );
        break;
    }
  }

  #show(surface: TrendsWebview, pixels: number): void {
    this.#widths.set(surface.key, pixels);
    const configUri = surface.configUri();
    if (configUri === undefined) surface.webview.postMessage(nothingOpen);
    else this.#tell(this.#views.show(surface.key, { configUri, pixels }));
  }

  #showRange(
    surface: string,
    configUri: string,
    { runId, pixels, range }: Extract<TrendsRequest, { type: 'showRange' }>,
  ): void {
    const message = { configUri, surface, runId, pixels: toPixels(pixels) };
    this.#server.notify(notifications.trendsRange, { ...message, ...(range ? { range } : {}) });
  }

  #pass(message: TrendsMessage): void {
    const wire = toWire(message);
    for (const key of this.#views.keysOf(message.configUri)) {
      if (message.type === 'detail' && message.surface !== key) continue;
      this.#webviews.get(key)?.webview.postMessage(wire);
    }
  }

  #tell(views: readonly TrendsView[]): void {
    for (const view of views) this.#server.notify(notifications.trendsView, view);
  }
}

/** What the side bar shows before any config has been looked at. */
const nothingOpen: TrendsMessage = {
  type: 'snapshot',
  configUri: '',
  configName: '',
  runs: [],
  charts: [],
  empty: 'Open the config that sets the loss weights: its loss trends appear here.',
};
