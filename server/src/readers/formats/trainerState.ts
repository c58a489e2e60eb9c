import { documentStart, isDocumentEnd, JsonCursor, valueEndInSlices } from '../jsonDocument.ts';
import { LineFamilies } from '../lineFamily.ts';
import { LineKeys } from '../lineKeys.ts';
import { LineScanner } from '../lineScanner.ts';
import type { PointSink } from '../logFormat.ts';
import { numberOf, parseLogLine, parseLogValue } from '../logRecord.ts';
import { putRecord } from '../recordLeaves.ts';
import type { SlicedReading, SnapshotFormat } from '../snapshotFormat.ts';
import { trainerStateExamples } from './trainerStateExamples.ts';

/**
 * Rewritten as a whole with every checkpoint, which holds a copy: that of the last one has the
 * history of all before it, so that `global_step` is the progress.
 */
export const trainerState: SnapshotFormat = {
  name: 'trainer-state',
  description:
    'trainer_state.json of the Hugging Face Trainer (TRL, PEFT and others): every number of its log_history',
  detect,
  read: (bytes, _path, sink) => read(bytes, sink),
  examples: trainerStateExamples,
};

const historyKey = 'log_history';
const progressKey = 'global_step';

function detect(fileName: string, head: Uint8Array): number {
  const text = new TextDecoder().decode(head).trimStart();
  const isNamed = /trainer_state[^/\\]*\.json$/i.test(fileName);
  if (text === '') return isNamed ? Number.NaN : 0;
  if (!text.startsWith('{')) return 0;
  const [hasHistory, hasProgress] = [historyKey, progressKey].map((key) => hasKey(text, key));
  if (hasHistory && hasProgress) return 0.95;
  return isNamed ? 0.8 : 0;
}

function hasKey(text: string, key: string): boolean {
  return text.includes(`"${key}":`);
}

function* read(bytes: Uint8Array, sink: PointSink): SlicedReading {
  const history = new HistoryReader(bytes, sink);
  let progress: number | undefined;
  const members = new JsonCursor(bytes, documentStart(bytes));
  while (members.next()) {
    const { key, valueStart: start } = members;
    const isHistory = key === historyKey && bytes[start] === openList;
    const end = yield* isHistory ? history.take(start) : valueEndInSlices(bytes, start);
    if (key === progressKey) progress = readNumber(bytes, start, end);
    members.passTo(end);
  }
  if (members.end < 0 || !isDocumentEnd(bytes, members.end)) return { isWhole: false };
  progress ??= history.lastStep;
  return progress === undefined ? { isWhole: true } : { isWhole: true, progress };
}

function readNumber(bytes: Uint8Array, start: number, end: number): number | undefined {
  if (end - start > longestNumber) return undefined;
  const value = numberOf(parseLogValue(new TextDecoder().decode(bytes.subarray(start, end))));
  return Number.isFinite(value) ? value : undefined;
}

const openList = 0x5b;
const openObject = 0x7b;
const closeObject = 0x7d;
/** No number that a program writes takes more bytes. */
const longestNumber = 400;
/** A pause after so many: a few milliseconds of work. */
const sliceBytes = 2 ** 17;
/** Longer entries are skipped, as lines of that length are. */
const maximumEntryBytes = 16 * 2 ** 20;

/** Takes the points of the history, entry by entry. */
class HistoryReader {
  readonly #bytes: Uint8Array;
  readonly #sink: PointSink;
  readonly #decoder = new TextDecoder();
  readonly #keys = new LineKeys();
  readonly #scanner = new LineScanner(this.#keys);
  readonly #stepKey = this.#keys.asked('step');
  readonly #families = new LineFamilies(
    [{ name: 'entry', has: {}, stepKeys: ['step'], wallTimeKeys: [] }],
    this.#keys,
  );
  #lastStep: number | undefined;

  constructor(bytes: Uint8Array, sink: PointSink) {
    this.#bytes = bytes;
    this.#sink = sink;
  }

  get lastStep(): number | undefined {
    return this.#lastStep;
  }

  /** Takes the list that begins at `start`; returns the index behind it, -1 where it is not whole. */
  *take(start: number): Generator<undefined, number, undefined> {
    const entries = new JsonCursor(this.#bytes, start);
    let last = start;
    let sliceEnd = start + sliceBytes;
    while (entries.next()) {
      const from = entries.valueStart;
      const flatEnd = this.#scanFlat(from);
      const end = flatEnd < 0 ? yield* this.#takeNested(from) : this.#emit(from, flatEnd);
      entries.passTo(end);
      if (end >= 0) last = end;
      if (end < sliceEnd) continue;
      sliceEnd = end + sliceBytes;
      yield;
    }
    if (entries.end >= 0) return entries.end;
    const damageEnd = yield* valueEndInSlices(this.#bytes, start);
    if (damageEnd >= 0) this.#sink.skipped(last, damageEnd, 'not a list of entries');
    return damageEnd;
  }

  *#takeNested(start: number): Generator<undefined, number, undefined> {
    const end = yield* valueEndInSlices(this.#bytes, start);
    if (end < 0) return end;
    const reason = this.#parse(start, end);
    if (reason === undefined) this.#emit(start, end);
    else this.#sink.skipped(start, end, reason);
    return end;
  }

  /** Most entries hold no other object: then the first brace closes them. */
  #scanFlat(start: number): number {
    if (this.#bytes[start] !== openObject) return -1;
    const end = this.#bytes.indexOf(closeObject, start) + 1;
    return end > 0 && this.#scanner.scan(this.#bytes, start, end) ? end : -1;
  }

  /** Puts the numbers of an entry into the keys; returns why that is not possible. */
  #parse(start: number, end: number): string | undefined {
    if (this.#scanner.scan(this.#bytes, start, end)) return undefined;
    if (end - start > maximumEntryBytes) return 'entry longer than 16 MiB';
    const record = parseLogLine(this.#decoder.decode(this.#bytes.subarray(start, end)));
    if (!record) return 'not a JSON object';
    putRecord(record, this.#keys);
    return undefined;
  }

  #emit(start: number, end: number): number {
    const line = { bytes: this.#bytes, start, end, byteStart: start, byteEnd: end, isEnded: true };
    this.#families.take(line, this.#sink);
    if (this.#keys.hasNumber(this.#stepKey)) this.#lastStep = this.#stepKey.value;
    return end;
  }
}
