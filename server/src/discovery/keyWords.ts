/** Whether letters of other alphabets may be in it. */
const isAscii = /^[\t\n\r -~]*$/;
/** Where `klLoss` and `KLLoss` become two words. */
const endOfWord = /[a-z\d](?=[A-Z])|[A-Z](?=[A-Z][a-z])/g;

/**
 * The words of a key in lower case: `KLLossWeight`, `kl-loss-weight` and `kl_loss_weight` are all
 * `kl loss weight`.
 */
export function splitWords(key: string): readonly string[] {
  // Most keys are plain, and a config is asked for the words of its keys at every keystroke.
  if (/^[a-z\d]+(?:_[a-z\d]+)*$/.test(key)) return key.split('_');
  if (isAscii.test(key)) {
    return (
      key
        .replace(endOfWord, '$& ')
        .toLowerCase()
        .match(/[a-z\d]+/g) ?? []
    );
  }
  return key
    .replace(/(\p{Ll}|\d)(\p{Lu})/gu, '$1 $2')
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
}

/** The words of keys and names, of which a file has the same ones in many places. */
export class WordMemory {
  readonly #words = new Map<string, readonly string[]>();

  of(key: string): readonly string[] {
    const known = this.#words.get(key);
    if (known) return known;
    const words = splitWords(key);
    this.#words.set(key, words);
    return words;
  }
}

/** Words that say no more than that it is about a loss, or how it is configured. */
const loud = new Set(['loss', 'losses', 'criterion', 'criterions', 'criteria', 'objective']);
const wrapping = new Set(['cfg', 'config', 'opt', 'opts', 'params', 'args']);

/** True for words that say that a loss is meant. */
export function isLossWord(word: string): boolean {
  return loud.has(word);
}

/**
 * The short name of a loss from the words that are left of its key: without `loss`, `criterion`
 * and the like at either end. `klloss` is `kl`. Empty where nothing is left.
 */
export function toTermName(words: readonly string[]): string {
  const kept = [...words];
  while (isFiller(kept.at(-1))) kept.pop();
  while (isFiller(kept[0])) kept.shift();
  const last = kept.at(-1);
  const cut = last?.match(/^(\w{2,})loss$/)?.[1];
  return [...kept.slice(0, -1), ...(last === undefined ? [] : [cut ?? last])].join('_');
}

function isFiller(word: string | undefined): boolean {
  return word !== undefined && (loud.has(word) || wrapping.has(word));
}
