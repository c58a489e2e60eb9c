/** What a family found in a line or a table, in the order in which it stands there. */
export class LinePoints {
  /** NaN where the line has none. */
  step = Number.NaN;
  /** The epoch within which the step counts; NaN where it counts through. */
  round = Number.NaN;
  /** Seconds since the Unix epoch, NaN where the line has none. */
  wallTime = Number.NaN;
  /** Why the line is left out, where it is no line of this program's chatter but cannot be read. */
  problem: string | undefined;
  /** The heading that the rows of a table stand under, '' for none. */
  section = '';
  count = 0;
  readonly #names: string[] = [];
  readonly #values: number[] = [];

  clear(): void {
    this.step = Number.NaN;
    this.round = Number.NaN;
    this.wallTime = Number.NaN;
    this.problem = undefined;
    this.section = '';
    this.count = 0;
  }

  add(name: string, value: number): void {
    this.#names[this.count] = name;
    this.#values[this.count] = value;
    this.count += 1;
  }

  nameAt(index: number): string {
    return this.#names[index] ?? '';
  }

  valueAt(index: number): number {
    return this.#values[index] ?? Number.NaN;
  }

  /** The value of the first point of this name; undefined where there is none. */
  find(name: string): number | undefined {
    const index = this.#names.indexOf(name);
    return index < 0 || index >= this.count ? undefined : this.valueAt(index);
  }

  /** Puts a word before every name. */
  prefixAll(prefix: string): void {
    for (let at = 0; at < this.count; at += 1) this.#names[at] = prefix + this.nameAt(at);
  }

  /** Takes the first point of this name out and gives its value; undefined where there is none. */
  take(name: string): number | undefined {
    const index = this.#names.indexOf(name);
    if (index < 0 || index >= this.count) return undefined;
    const value = this.valueAt(index);
    for (let at = index + 1; at < this.count; at += 1) {
      this.#names[at - 1] = this.nameAt(at);
      this.#values[at - 1] = this.valueAt(at);
    }
    this.count -= 1;
    return value;
  }
}
