import { foldName, isPlainName, type ProgramWords } from './programWords.ts';

/** A word, and how many programs it is in. */
interface CountedWord {
  readonly word: string;
  programs: number;
}

/** The words of one of the programs that an index holds. */
export type IndexedWords = readonly CountedWord[];

/** The words of many programs, each word kept once. */
export class WordIndex {
  readonly #words = new Map<string, CountedWord>();
  readonly #pieces = new Map<string, CountedWord>();
  /** What was asked since a program came or went. */
  readonly #asked = new Map<string, boolean>();

  add(words: ProgramWords): IndexedWords {
    this.#asked.clear();
    return [...words].map((word) => {
      const among = this.#among(word);
      const known = among.get(word) ?? { word, programs: 0 };
      known.programs += 1;
      among.set(word, known);
      return known;
    });
  }

  remove(words: IndexedWords): void {
    this.#asked.clear();
    for (const counted of words) {
      counted.programs -= 1;
      if (counted.programs === 0) this.#among(counted.word).delete(counted.word);
    }
  }

  /**
   * Whether any of the programs, but for the one with the words `except`, names something, or puts
   * names of this form together. True also of what cannot be looked for.
   */
  mentions(name: string, except: IndexedWords = []): boolean {
    if (!isPlainName(name)) return true;
    const counted = this.#words.get(foldName(name));
    if (counted && counted.programs > (except.includes(counted) ? 1 : 0)) return true;
    const known = this.#asked.get(name);
    if (known !== undefined) return known;
    const isMade = this.#isPutTogether(name.toLowerCase());
    this.#asked.set(name, isMade);
    return isMade;
  }

  /** Whether any of the programs defines a class or function of this name. */
  defines(name: string): boolean {
    return this.#words.has(`def ${foldName(name)}`);
  }

  #among(word: string): Map<string, CountedWord> {
    return word.includes('*') ? this.#pieces : this.#words;
  }

  #isPutTogether(name: string): boolean {
    const underscored = name.replaceAll('-', '_');
    for (const piece of this.#pieces.keys()) {
      if (fits(piece.replaceAll('-', '_'), underscored)) return true;
    }
    return false;
  }
}

/** Whether a name is of the form `lambda_*`, `*_weight` or `*weight*`. */
function fits(piece: string, name: string): boolean {
  if (!piece.startsWith('*')) return name.startsWith(piece.slice(0, -1));
  if (!piece.endsWith('*')) return name.endsWith(piece.slice(1));
  return name.includes(piece.slice(1, -1));
}
