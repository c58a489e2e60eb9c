/** Keeps the end of a text that arrives in pieces, in bounded memory. */
export class LastLines {
  readonly #most: number;
  #text = '';

  constructor(most: number) {
    this.#most = most;
  }

  add(piece: string): void {
    // Far more than any line that helps, so that a flood cannot grow without bound.
    this.#text = (this.#text + piece).slice(-16_384);
  }

  /** The last lines that are not empty, joined; '' where there are none. */
  toString(): string {
    const lines = this.#text.split(/\r?\n/).filter((line) => line.trim() !== '');
    return lines.slice(-this.#most).join('\n');
  }
}
