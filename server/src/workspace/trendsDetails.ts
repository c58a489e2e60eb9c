import { CancellationSource } from '../base/cancellation.ts';
import type { TrendsDetail, TrendsMessage, TrendsRange } from '../protocol/panels/trends.ts';
import type { BoundRunEvidence } from './runEvidence.ts';
import { type DrawnCharts, drawCharts } from './trendsCharts.ts';
import type { TrendsSource } from './trendsFeed.ts';

/** A part of the steps, with the run and the page that it is for. */
interface Closer extends TrendsRange {
  readonly range: { readonly from: number; readonly to: number };
}

/**
 * Answers pages that show a part of the steps with the points of that part: at once with those in
 * memory, and again when the log was read again for the others. What comes later is told of by the
 * feed; nothing is remembered of a page but the reading that goes on for it.
 */
export class TrendsDetails {
  readonly #source: Pick<TrendsSource, 'evidence' | 'restore'>;
  readonly #send: (message: TrendsMessage) => void;
  readonly #tellNews: (configUri: string) => void;
  /** By config and page. */
  readonly #readings = new Map<string, Map<string, CancellationSource>>();

  /** `tellNews` tells the pages of a config of all points so far, so that none comes twice. */
  constructor(
    source: Pick<TrendsSource, 'evidence' | 'restore'>,
    send: (message: TrendsMessage) => void,
    tellNews: (configUri: string) => void,
  ) {
    this.#source = source;
    this.#send = send;
    this.#tellNews = tellNews;
  }

  /** A page shows this part from now on; what it waited for before is not wanted any more. */
  async show(request: TrendsRange): Promise<void> {
    const readings = this.#readings.get(request.configUri) ?? new Map();
    this.#readings.set(request.configUri, readings);
    readings.get(request.surface)?.cancel();
    readings.delete(request.surface);
    if (!request.range) return;
    const reading = new CancellationSource();
    readings.set(request.surface, reading);
    await this.#answer({ ...request, range: request.range }, reading);
    if (readings.get(request.surface) === reading) readings.delete(request.surface);
  }

  /** No page shows the config any more. */
  close(configUri: string): void {
    for (const reading of this.#readings.get(configUri)?.values() ?? []) reading.cancel();
    this.#readings.delete(configUri);
  }

  async #answer(request: Closer, { token }: CancellationSource): Promise<void> {
    const evidence = this.#source.evidence(request.configUri, request.runId);
    if (!evidence) return;
    const first = this.#draw(request, evidence);
    if (first.dropped.length === 0) return this.#tell(request, first, 'complete');
    this.#tell(request, first, 'reading');
    const names = first.dropped.flatMap((metric) => evidence.storedName(metric) ?? []);
    const { runId, range } = request;
    const result = await this.#source.restore({ runId, names, ...range }, token);
    const now = this.#source.evidence(request.configUri, request.runId);
    if (token.isCancellationRequested || !now) return;
    const second = this.#draw(request, now);
    const missing = result === 'exact' ? 'unavailable' : result;
    this.#tell(request, second, second.dropped.length === 0 ? 'complete' : missing);
  }

  #draw({ configUri, range, pixels }: Closer, evidence: BoundRunEvidence): DrawnCharts {
    this.#tellNews(configUri);
    return drawCharts(evidence, { ...range, pixels });
  }

  #tell(request: Closer, { charts }: DrawnCharts, state: TrendsDetail['state']): void {
    const { configUri, runId, surface, range } = request;
    this.#send({ type: 'detail', configUri, runId, surface, ...range, state, charts });
  }
}
