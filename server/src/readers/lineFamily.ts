import type { LineKey, LineKeys } from './lineKeys.ts';
import type { LogLine } from './lineReader.ts';
import type { PointSink } from './logFormat.ts';

/** How the lines of one family of logs tell their points: data, no code. */
export interface LineFamily {
  readonly name: string;
  /**
   * What a line of this family holds: a number or a text under each of these keys (names of nested
   * values are joined by dots), or just this text (`'=train'`).
   */
  readonly has: Readonly<Record<string, 'number' | 'text' | `=${string}`>>;
  /** Keys whose numbers count the steps, in the order of preference. */
  readonly stepKeys: readonly string[];
  /** The key of the epoch, where the steps count within it and begin again with the next. */
  readonly roundKey?: string;
  /** The key of a text whose last number is the step, where no step key has one. */
  readonly stepText?: string;
  /** A key that counts the steps is no metric, unless it is kept. */
  readonly keepsStep?: boolean;
  /** Keys with seconds since the Unix epoch, which are no metrics. */
  readonly wallTimeKeys: readonly string[];
  /** Which numbers are metrics, by the ends of their names, which are left out. All by default. */
  readonly metrics?: 'none' | { readonly prefix?: string; readonly suffix?: string };
  /** Put before the name of every metric, to keep a stream apart from the others. */
  readonly stream?: string;
}

interface Condition {
  readonly key: LineKey;
  readonly kind: 'number' | 'text';
  /** The only text that will do. */
  readonly text: string | undefined;
}

interface ReadyFamily {
  readonly family: LineFamily;
  readonly index: number;
  readonly conditions: readonly Condition[];
  readonly stepKeys: readonly LineKey[];
  readonly roundKey: LineKey | undefined;
  readonly stepText: LineKey | undefined;
  readonly wallTimeKeys: readonly LineKey[];
}

/** Makes points of the leaves of a line by the rules of the family that the line belongs to. */
export class LineFamilies {
  readonly #keys: LineKeys;
  readonly #families: readonly ReadyFamily[];

  /** The first family that fits takes the line; a line that fits none has no points. */
  constructor(families: readonly LineFamily[], keys: LineKeys) {
    this.#keys = keys;
    this.#families = families.map((family, index) => ({
      family,
      index,
      conditions: Object.entries(family.has).map(([name, asked]) => {
        const text = asked.startsWith('=') ? asked.slice(1) : undefined;
        return { key: keys.asked(name), kind: asked === 'number' ? 'number' : 'text', text };
      }),
      stepKeys: family.stepKeys.map((name) => keys.asked(name)),
      roundKey: family.roundKey === undefined ? undefined : keys.asked(family.roundKey),
      stepText: family.stepText === undefined ? undefined : keys.asked(family.stepText),
      wallTimeKeys: family.wallTimeKeys.map((name) => keys.asked(name)),
    }));
  }

  take(line: LogLine, sink: PointSink): void {
    const ready = this.#familyOfLine();
    if (ready && ready.family.metrics !== 'none') this.#takeMetrics(ready, line, sink);
  }

  #takeMetrics(ready: ReadyFamily, line: LogLine, sink: PointSink): void {
    const stepKey = this.#stepKey(ready);
    const step = stepKey ? stepKey.value : this.#textStep(ready.stepText);
    const wallTime = this.#wallTime(ready);
    const leftOut = ready.family.keepsStep ? undefined : stepKey;
    let isOpen = false;
    for (let at = 0; at < this.#keys.count; at += 1) {
      const key = this.#keys.at(at);
      const name = metricName(ready, key);
      if (name === null || key === leftOut) continue;
      if (!isOpen) this.#open(ready, line, sink);
      isOpen = true;
      sink.point(name, step, wallTime, key.value);
    }
  }

  #open({ roundKey }: ReadyFamily, line: LogLine, sink: PointSink): void {
    sink.unit(line.byteStart, line.byteEnd);
    if (roundKey && this.#keys.hasNumber(roundKey)) sink.inRound(roundKey.value);
  }

  #familyOfLine(): ReadyFamily | undefined {
    for (const ready of this.#families) {
      if (this.#fits(ready)) return ready;
    }
    return undefined;
  }

  #fits({ conditions }: ReadyFamily): boolean {
    for (const { key, kind, text } of conditions) {
      if (kind === 'number' ? !this.#keys.hasNumber(key) : !this.#keys.hasText(key)) return false;
      if (text !== undefined && key.text !== text) return false;
    }
    return true;
  }

  #stepKey({ stepKeys }: ReadyFamily): LineKey | undefined {
    for (const key of stepKeys) {
      if (this.#keys.hasNumber(key) && Number.isFinite(key.value)) return key;
    }
    return undefined;
  }

  #textStep(key: LineKey | undefined): number {
    if (!key || !this.#keys.hasText(key)) return Number.NaN;
    return Number(/\d+(?=\D*$)/.exec(key.text)?.[0] ?? Number.NaN);
  }

  #wallTime({ wallTimeKeys }: ReadyFamily): number {
    for (const key of wallTimeKeys) {
      if (this.#keys.hasNumber(key)) return key.value;
    }
    return Number.NaN;
  }
}

/** The name of the metric of a key, null where it is none; made once. */
function metricName(ready: ReadyFamily, key: LineKey): string | null {
  const known = key.metricNames[ready.index];
  if (known !== undefined) return known;
  const name = ready.wallTimeKeys.includes(key) ? null : rename(ready.family, key.name);
  key.metricNames[ready.index] = name;
  return name;
}

function rename({ metrics, stream = '' }: LineFamily, name: string): string | null {
  const { prefix = '', suffix = '' } = metrics === 'none' || !metrics ? {} : metrics;
  const length = name.length - prefix.length - suffix.length;
  if (length <= 0 || !name.startsWith(prefix) || !name.endsWith(suffix)) return null;
  return stream + name.slice(prefix.length, prefix.length + length);
}
