import type * as vscode from 'vscode';

import { ablationReportAnswerSchema } from '#protocol/ablation';
import { requests } from '#protocol/messages';
import {
  type PictureFormat,
  type ReportMessage,
  type ReportRequest,
  reportRequestSchema,
} from '#protocol/panels/report';
import { toWire } from '#protocol/wire';
import { parseArrival } from '../client/answer.ts';
import type { LanguageServer } from '../client/languageServer.ts';

export type Report = Extract<ReportMessage, { type: 'report' }>['report'];

/** What the user wants of a page that it does not do itself. */
type Wish = Exclude<ReportRequest, { type: 'ready' | 'drawn' }>;

/** Plots that somebody waits for; undefined where there will be none. */
interface WantedPicture {
  readonly format: PictureFormat;
  readonly resolve: (data: string | undefined) => void;
}

/** A page that has not drawn by then never will. */
const drawingMs = 15_000;

/** So many times as long as a report took, the server has peace before the next one. */
const restShare = 4;

/** One report in its tab: asks the server for it, shows it, and has its plots drawn. */
export class ReportPage {
  readonly panel: vscode.WebviewPanel;
  readonly #server: Pick<LanguageServer, 'request'>;
  readonly #id: string;
  #report: Report | undefined;
  #isAsking = false;
  #isStale = false;
  #rest: ReturnType<typeof setTimeout> | undefined;
  /** False while the page is hidden, for then VS Code takes it away. */
  #isShown = false;
  /** Who waits for plots; several may, before the page can draw. */
  readonly #wanted = new Set<WantedPicture>();

  constructor(
    panel: vscode.WebviewPanel,
    server: Pick<LanguageServer, 'request'>,
    id: string,
    serve: (wish: Wish) => void,
  ) {
    this.panel = panel;
    this.#server = server;
    this.#id = id;
    panel.webview.onDidReceiveMessage((message: unknown) => {
      const request = parseArrival('a message of the report panel', reportRequestSchema, message);
      if (!request.ok) return;
      if (request.value.type === 'ready') this.#fill();
      else if (request.value.type === 'drawn') this.#hand(request.value);
      else serve(request.value);
    });
    panel.onDidChangeViewState(() => {
      if (!panel.visible) this.#isShown = false;
    });
  }

  /** The report as the page has it; undefined until it has come. */
  get report(): Report | undefined {
    return this.#report;
  }

  /**
   * Asks the server for the report and shows it. Asked again while one is under way, it asks once more
   * some time after that has come: a report of a thousand variants keeps the server busy for a second,
   * and runs end all the while.
   */
  refresh(): void {
    this.#isStale = this.#isAsking || this.#rest !== undefined;
    if (!this.#isStale) this.#ask();
  }

  /** The plots as the page shows them; undefined where it has none, or has gone. */
  async picture(format: PictureFormat): Promise<string | undefined> {
    const { promise, resolve } = Promise.withResolvers<string | undefined>();
    const timer = setTimeout(() => resolve(undefined), drawingMs);
    const closed = this.panel.onDidDispose(() => resolve(undefined));
    const wanted = { format, resolve };
    this.#wanted.add(wanted);
    if (this.#isShown) this.#draw(format);
    const data = await promise;
    clearTimeout(timer);
    closed.dispose();
    this.#wanted.delete(wanted);
    return data === '' ? undefined : data;
  }

  #draw(format: PictureFormat): void {
    void this.panel.webview.postMessage({ type: 'draw', format } satisfies ReportMessage);
  }

  #hand({ format, data }: Extract<ReportRequest, { type: 'drawn' }>): void {
    for (const wanted of this.#wanted) if (wanted.format === format) wanted.resolve(data);
  }

  /** A page that has nothing to show yet does not wait. */
  #fill(): void {
    clearTimeout(this.#rest);
    this.#rest = undefined;
    this.refresh();
  }

  #ask(): void {
    this.#isAsking = true;
    const begun = performance.now();
    void this.#send().finally(() => {
      this.#isAsking = false;
      this.#rest = setTimeout(
        () => {
          this.#rest = undefined;
          if (this.#isStale) this.refresh();
        },
        (performance.now() - begun) * restShare,
      );
    });
  }

  async #send(): Promise<void> {
    const answer = await this.#server.request(
      requests.ablationReport,
      { id: this.#id },
      ablationReportAnswerSchema,
    );
    // A server that is still starting tells of its ablations when it is up; then we ask again.
    if (!answer.ok || !answer.value.report) return;
    const { report } = answer.value;
    this.#report = report;
    try {
      this.panel.title = report.title;
      if (!(await this.panel.webview.postMessage(toWire({ type: 'report', report })))) return;
    } catch {
      // It was closed meanwhile.
      return;
    }
    this.#isShown = true;
    for (const format of new Set([...this.#wanted].map((each) => each.format))) this.#draw(format);
  }
}
