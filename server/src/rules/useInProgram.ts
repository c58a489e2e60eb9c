import type { LossTerm } from '../model/lossTerm.ts';
import {
  type ConfigDocument,
  findNode,
  type MappingEntry,
  type MappingNode,
} from '../syntax/configTree.ts';
import { isNamedElsewhere, type ProgramToken, programTokens } from '../syntax/programTokens.ts';
import type { ConfigSurroundings } from './configRule.ts';
import { isReadHere } from './enoughUse.ts';

/** Calls and attributes that hand over all options or names at once. */
const takesAll =
  /\b(?:vars|locals|globals|asdict|astuple|fields|exec|eval|model_dump|save_hyperparameters)\s*\(|__(?:dict|all)__|\*\*\s*(?:self\.)?(?:args|cfg|conf|config|opts?|hparams|FLAGS|params)\b/;
/** Calls that declare an option; others with a default only take it. */
const declares = /\b(?:add_argument|add_arg|add_option|add|option|DEFINE_\w+|argument)\s*\([^()]*$/;
/** Classes whose fields nobody but who names them reads. */
const plainBases = new Set(['', 'object', 'NamedTuple', 'BaseModel', 'BaseSettings', 'Tap']);
/** What a program defines, by its name. */
const definition = /\b(?:def|class)\s+(\w+)/g;
/** Calls that take what holds the options as a whole, and those of them that only show or keep it. */
const handedOver =
  /\b(\w+)\s*\((?:[^()\n]*,)?\s*(?:parsed_)?(?:args|opts?|options|config|cfg|FLAGS|hparams|params)\s*[,)]/g;
const showing =
  /^(?:print|pprint|str|getattr|setattr|hasattr|isinstance|info|debug|init|update|dump|dumps)$/;
/** How far the name of a call can be from the first of its arguments, in characters. */
const longestCall = 200;

/** The entries of a mapping that are of one origin, and which of their keys are known to be used or not. */
interface Family {
  readonly entries: readonly MappingEntry[];
  readonly used: Map<string, boolean>;
  /** Whether so many of them are used that one that is not means something. */
  isRead: boolean | undefined;
}

/** Tells which options, fields and variables of a program nothing names but their definition. */
export class UseInProgram {
  readonly #document: ConfigDocument;
  readonly #around: ConfigSurroundings;
  /** What is made out once, and asked for every weight. */
  readonly #families = new Map<string, Family>();
  #tokens: readonly ProgramToken[] | undefined;
  #isTaken: boolean | undefined;

  constructor(document: ConfigDocument, around: ConfigSurroundings) {
    this.#document = document;
    this.#around = around;
  }

  /** The name of a weight that nothing uses; none for one that may be used. */
  namesOfUnused({ path, keyRange }: LossTerm): readonly string[] {
    const above = path.slice(0, -1);
    const mapping = findNode(this.#document.root, above);
    if (mapping?.kind !== 'mapping') return [];
    const entry = mapping.entries.find((one) => one.keyRange.start === keyRange.start);
    if (!entry || !this.#isOwn(entry, path)) return [];
    const family = this.#familyOf(mapping, above, entry.origin);
    if (this.#isUsed(entry.key, family)) return [];
    this.#isTaken ??= this.#isTakenAsWhole();
    if (this.#isTaken) return [];
    family.isRead ??= this.#isRead(family);
    return family.isRead ? [entry.key] : [];
  }

  /** Where one of them at least is not used. */
  #isRead(family: Family): boolean {
    const keys = [...new Set(family.entries.map(({ key }) => key))];
    const used = keys.filter((key) => this.#isUsed(key, family)).length;
    return isReadHere(used, keys.length - 1);
  }

  #familyOf(
    { entries }: MappingNode,
    path: readonly string[],
    origin: MappingEntry['origin'],
  ): Family {
    const name = JSON.stringify([path, origin]);
    const known = this.#families.get(name);
    if (known) return known;
    const own = entries.filter((entry) => entry.origin === origin);
    const family: Family = { entries: own, used: new Map(), isRead: undefined };
    this.#families.set(name, family);
    return family;
  }

  /** All options go to where nobody looks, as to a function of a library. */
  #isTakenAsWhole(): boolean {
    const { text } = this.#document;
    if (takesAll.test(text)) return true;
    const defined = new Set([...text.matchAll(definition)].map(({ 1: name = '' }) => name));
    return [...text.matchAll(handedOver)].some(
      ({ 1: callee = '' }) =>
        !(defined.has(callee) || showing.test(callee) || this.#around.code.defines(callee)),
    );
  }

  #isUsed(key: string, { entries, used }: Family): boolean {
    const known = used.get(key);
    if (known !== undefined) return known;
    const isUsed = this.#around.code.mentions(key) || this.#isNamed(key, entries);
    used.set(key, isUsed);
    return isUsed;
  }

  #isNamed(key: string, entries: readonly MappingEntry[]): boolean {
    const { text } = this.#document;
    const own = entries.filter((entry) => entry.key === key).map(({ keyRange }) => keyRange);
    return isNamedElsewhere(text, key, own, () => {
      this.#tokens ??= [...programTokens(text)];
      return this.#tokens;
    });
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
