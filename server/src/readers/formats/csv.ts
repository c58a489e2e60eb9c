import type { IdleState, LogFormat, LogReader, PointSink } from '../logFormat.ts';
import { type CsvColumns, namesSteps, parseHeader } from './csvColumns.ts';
import { detectCsv } from './csvDetection.ts';
import { csvExamples } from './csvExamples.ts';
import { CsvRow, trimmedEnd } from './csvRow.ts';

export const csv: LogFormat = {
  name: 'csv',
  description:
    'Tables of metrics with commas, tabs or semicolons: Lightning metrics.csv, Keras CSVLogger, YOLO results.csv, progress.csv of OpenAI baselines, Stable-Baselines, Spinning Up and RLlib, DVCLive .tsv, and any with a column that counts steps',
  detect: detectCsv,
  createReader: (path = '') => new CsvReader(folderOfMetric(path)),
  examples: csvExamples,
};

/**
 * DVCLive keeps `train/loss` in plots/metrics/train/loss.tsv, in a column that is named `loss`: what
 * its folders add to the name, '' for other files.
 */
function folderOfMetric(path: string): string {
  const folders = /[/\\]plots[/\\]metrics[/\\](.+[/\\])[^/\\]+\.tsv$/.exec(path)?.[1] ?? '';
  return folders.replaceAll('\\', '/');
}

/** Longer rows are skipped, so that one quote without an end cannot claim all memory. */
const maximumRowBytes = 2 ** 20;
const newline = 0x0a;
const hash = 0x23;
const tooLong = 'row longer than 1 MiB';

class CsvReader implements LogReader {
  readonly #folder: string;
  readonly #decoder = new TextDecoder();
  #columns: CsvColumns | undefined;
  /** The metrics of the columns. */
  #names: readonly string[] = [];
  #row: CsvRow | undefined;
  /** Bytes from here on up to the next newline belong to no row that could be read. */
  #restFrom: number | undefined;
  /** Up to here rows end with their line, because a quote without an end was found. */
  #plainUntil = 0;

  /** `folder` is put before the names of the metrics, where they do not begin with it. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  read(bytes: Uint8Array, offset: number, sink: PointSink): number {
    const limit = bytes.lastIndexOf(newline) + 1;
    let at = this.#passRest(bytes, offset, sink);
    while (at < limit) {
      const next = this.#takeRow(bytes, at, limit, offset, sink);
      if (next < 0) return at;
      at = next;
    }
    if (bytes.length - at <= maximumRowBytes) return at;
    this.#restFrom = offset + at;
    return bytes.length;
  }

  /** Takes a last row that has all its cells. */
  readIdleTail(bytes: Uint8Array, offset: number, sink: PointSink, idle: IdleState): number {
    const row = this.#row;
    if (idle === 'paused' || this.#restFrom !== undefined || !row) return 0;
    const limit = bytes.lastIndexOf(newline) + 1;
    // Whole lines are left only where a quote is open: it will hardly be closed any more.
    if (limit > 0) this.#plainUntil = offset + limit;
    let at = 0;
    while (at < limit) at = this.#takeRow(bytes, at, limit, offset, sink);
    const last = new Uint8Array(bytes.length - at + 1);
    last.set(bytes.subarray(at));
    last[last.length - 1] = newline;
    if (last[0] === hash || !row.scan(last, 0, last.length)) return at;
    if (row.found === 0 || row.cells < this.#width) return at;
    this.#finishRow(row, last, 0, offset + at, sink);
    return bytes.length;
  }

  get #width(): number {
    return this.#columns?.names.length ?? 0;
  }

  /** Passes over the rest of a line; returns the index of the next one. */
  #passRest(bytes: Uint8Array, offset: number, sink: PointSink): number {
    const from = this.#restFrom;
    if (from === undefined) return 0;
    const lineEnd = bytes.indexOf(newline);
    if (lineEnd < 0) return bytes.length > maximumRowBytes || from < offset ? bytes.length : 0;
    this.#restFrom = undefined;
    const end = offset + trimmedEnd(bytes, 0, lineEnd);
    if (end > from) sink.skipped(from, end, tooLong);
    return lineEnd + 1;
  }

  /** Takes the row that begins at `at`; returns the index of the next one, -1 to wait for more. */
  #takeRow(bytes: Uint8Array, at: number, limit: number, offset: number, sink: PointSink): number {
    const row = this.#row;
    if (!row || bytes[at] === hash) return this.#takeHead(bytes, at, offset, sink);
    const isPlain = offset + at < this.#plainUntil;
    const isWhole = row.scan(bytes, at, isPlain ? bytes.indexOf(newline, at) + 1 : limit);
    if (isWhole && row.end + 1 - at <= maximumRowBytes) {
      this.#finishRow(row, bytes, at, offset, sink);
      return row.end + 1;
    }
    if (!isWhole && !isPlain && bytes.length - at <= maximumRowBytes) return -1;
    if (!isPlain) this.#plainUntil = offset + at + maximumRowBytes;
    return skipLine(bytes, at, offset, sink);
  }

  /** Takes a line before the first row, or a comment between rows. */
  #takeHead(bytes: Uint8Array, at: number, offset: number, sink: PointSink): number {
    const lineEnd = bytes.indexOf(newline, at);
    if (lineEnd + 1 - at > maximumRowBytes) return skipLine(bytes, at, offset, sink);
    const line = this.#decoder.decode(bytes.subarray(at, lineEnd)).trim();
    if (line === '') return lineEnd + 1;
    const columns = parseHeader(line, this.#columns?.delimiter);
    if (namesSteps(columns) || !line.startsWith('#')) this.#begin(columns);
    return lineEnd + 1;
  }

  #begin(columns: CsvColumns): void {
    this.#columns = columns;
    const folder = this.#folder;
    this.#names = columns.names.map((name) => (name.startsWith(folder) ? name : folder + name));
    this.#row = new CsvRow(columns);
  }

  #finishRow(row: CsvRow, bytes: Uint8Array, at: number, offset: number, sink: PointSink): void {
    const end = trimmedEnd(bytes, at, row.end);
    if (row.found === 0 && row.texts > 0 && this.#takeNewHeader(bytes, at, end)) return;
    const reason = this.#problemOf(row);
    if (reason !== undefined) sink.skipped(offset + at, offset + end, reason);
    else if (row.found > 0) this.#emit(row, offset + at, offset + end, sink);
  }

  #emit(row: CsvRow, byteStart: number, byteEnd: number, sink: PointSink): void {
    sink.unit(byteStart, byteEnd);
    for (let index = 0; index < row.found; index += 1) {
      const name = this.#names[row.indices[index] ?? 0] ?? '';
      sink.point(name, row.step, row.wallTime, row.values[index] ?? Number.NaN);
    }
  }

  /** Why a row has no points that could be trusted; undefined where it has, and for an empty one. */
  #problemOf(row: CsvRow): string | undefined {
    const hasStep = !Number.isNaN(row.step);
    if (!hasStep && row.texts === 0 && row.found === 0) return undefined;
    // A row that was cut and continued by another writer has too many cells, with false numbers.
    if (row.isTooWide) return 'more cells than columns';
    if (row.hasTextForStep) return 'no number in the column of the step';
    if (row.cells === this.#width) return undefined;
    const isStepMissing = this.#columns !== undefined && this.#columns.step >= 0 && !hasStep;
    return isStepMissing || row.found === 0 ? 'not a row of the table' : undefined;
  }

  /**
   * A restarted run that appends to the file writes its header once more, perhaps with other
   * columns.
   */
  #takeNewHeader(bytes: Uint8Array, start: number, end: number): boolean {
    const before = this.#columns;
    if (!before || !Number.isNaN(this.#row?.step)) return false;
    const isSuspicious =
      before.step < 0 || this.#row?.hasTextForStep || this.#row?.cells !== this.#width;
    if (!isSuspicious) return false;
    const line = this.#decoder.decode(bytes.subarray(start, end));
    const columns = parseHeader(line, before.delimiter);
    const isSame = columns.names.join('\n') === before.names.join('\n');
    const isHeader = namesSteps(columns);
    if (isHeader && !isSame) this.#begin(columns);
    return isHeader || isSame;
  }
}

/** Leaves out the line that begins at `at`; returns the index of the next one. */
function skipLine(bytes: Uint8Array, at: number, offset: number, sink: PointSink): number {
  const lineEnd = bytes.indexOf(newline, at);
  const reason = lineEnd + 1 - at > maximumRowBytes ? tooLong : 'quote without an end';
  sink.skipped(offset + at, offset + trimmedEnd(bytes, at, lineEnd), reason);
  return lineEnd + 1;
}
