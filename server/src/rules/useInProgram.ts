import type { LossTerm } from '../model/lossTerm.ts';
import { type ConfigDocument, findNode, type MappingEntry } from '../syntax/configTree.ts';
import { isNamedElsewhere } from '../syntax/programTokens.ts';
import type { ConfigSurroundings } from './configRule.ts';
import { isReadHere } from './enoughUse.ts';

/** Calls and attributes that hand over all options or names at once. */
const takesAll =
  /\b(?:vars|locals|globals|asdict|astuple|fields|exec|eval|model_dump|save_hyperparameters)\s*\(|__(?:dict|all)__|\*\*\s*(?:self\.)?(?:args|cfg|conf|config|opts?|hparams|FLAGS|params)\b/;
/** Calls that declare an option; others with a default only take it. */
const declares = /\b(?:add_argument|add_arg|add_option|add|option|DEFINE_\w+|argument)\s*\([^()]*$/;
/** Classes whose fields nobody but who names them reads. */
const plainBases = new Set(['', 'object', 'NamedTuple', 'BaseModel', 'BaseSettings', 'Tap']);
/** Calls that take what holds the options as a whole, and those of them that only show or keep it. */
const handedOver =
  /(\w+)\s*\((?:[^()\n]*,)?\s*(?:parsed_)?(?:args|opts?|options|config|cfg|FLAGS|hparams|params)\s*[,)]/g;
const showing =
  /^(?:print|pprint|str|getattr|setattr|hasattr|isinstance|info|debug|init|update|dump|dumps)$/;
/** How far the name of a call can be from the first of its arguments, in characters. */
const longestCall = 200;

/** Tells which options, fields and variables of a program nothing names but their definition. */
export class UseInProgram {
  readonly #document: ConfigDocument;
  readonly #around: ConfigSurroundings;

  constructor(document: ConfigDocument, around: ConfigSurroundings) {
    this.#document = document;
    this.#around = around;
  }

  /** The name of a weight that nothing uses; none for one that may be used. */
  namesOfUnused({ path, keyRange }: LossTerm): readonly string[] {
    const mapping = findNode(this.#document.root, path.slice(0, -1));
    if (mapping?.kind !== 'mapping') return [];
    const entry = mapping.entries.find((one) => one.keyRange.start === keyRange.start);
    if (!entry || !this.#isOwn(entry, path)) return [];
    const others = mapping.entries.filter(({ origin }) => origin === entry.origin);
    if (this.#isUsed(entry.key, others) || this.#isTakenAsWhole()) return [];
    const keys = new Set(others.map(({ key }) => key).filter((key) => key !== entry.key));
    return isReadHere(keys, (key) => this.#isUsed(key, others)) ? [entry.key] : [];
  }

  /** All options go to where nobody looks, as to a function of a library. */
  #isTakenAsWhole(): boolean {
    const { text } = this.#document;
    return (
      takesAll.test(text) ||
      [...text.matchAll(handedOver)].some(({ 1: callee = '' }) => !this.#isKnown(callee))
    );
  }

  #isKnown(callee: string): boolean {
    const isDefined = new RegExp(`\\b(?:def|class)\\s+${callee}\\b`).test(this.#document.text);
    return isDefined || showing.test(callee) || this.#around.code.defines(callee);
  }

  #isUsed(key: string, entries: readonly MappingEntry[]): boolean {
    if (this.#around.code.mentions(key)) return true;
    const own = entries.filter((entry) => entry.key === key).map(({ keyRange }) => keyRange);
    return isNamedElsewhere(this.#document.text, key, own);
  }

  /** Whether nobody else knows of it, as of an attribute of something that comes from elsewhere. */
  #isOwn({ key, keyRange, origin }: MappingEntry, path: readonly string[]): boolean {
    const { text } = this.#document;
    const before = text.slice(Math.max(0, keyRange.start - longestCall), keyRange.start);
    if (origin === 'option') return declares.test(before);
    const isName = text.slice(keyRange.start, keyRange.end) === key && !/\.\s*$/.test(before);
    if (!isName) return false;
    return origin === 'assignment' || (origin === 'field' && this.#isPlainClass(path.at(-2)));
  }

  #isPlainClass(name: string | undefined): boolean {
    const header = new RegExp(`\\bclass\\s+${name}\\s*(?:\\(([^)]*)\\))?\\s*:`).exec(
      this.#document.text,
    );
    if (!header) return false;
    return plainBases.has((header[1] ?? '').trim().replace(/^.*\./, ''));
  }
}
