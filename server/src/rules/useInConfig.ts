import type { LossTerm } from '../model/lossTerm.ts';
import {
  type ConfigDocument,
  type ConfigNode,
  findNode,
  type MappingNode,
  type ScalarPlace,
  walkScalars,
} from '../syntax/configTree.ts';
import { foldName, namesIn } from '../syntax/programWords.ts';
import type { CodeAround } from './configRule.ts';
import { isReadHere } from './enoughUse.ts';

/** Words by which a key says that it is a weight. */
const weightWords = new Set([
  ...['weight', 'weights', 'wt', 'w', 'coef', 'coeff', 'coefs', 'coeffs', 'coefficient'],
  ...['lambda', 'lambdas', 'lam', 'lmbda', 'factor', 'scale', 'mult', 'multiplier', 'gain'],
  ...['ratio', 'strength', 'alpha', 'beta', 'gamma'],
]);
/** Words that tell no weight from another. */
const plainWords = new Set([...weightWords, 'loss', 'losses', 'criterion', 'objective']);
/** Keys whose value can be a class or function, and what such a name looks like. */
const classKeys = /^(?:_target_|class_path|target|type|name|loss|_name)$/;
const className = /^(?:\w+\.)*([A-Z]\w*|(?<=\.)\w+)$/;

/** Tells which weights of a config no code mentions, where that code is the one that reads it. */
export class UseInConfig {
  readonly #document: ConfigDocument;
  readonly #weights: ReadonlySet<number>;
  readonly #code: CodeAround;
  #scalars: readonly ScalarPlace[] | undefined;
  #values: ReadonlySet<string> | undefined;
  #keys: { readonly all: ReadonlySet<string>; readonly mentioned: number } | undefined;
  /** What has been made out about a mapping, of which each of its weights would ask. */
  readonly #known = new Map<MappingNode, boolean>();

  constructor(document: ConfigDocument, terms: readonly LossTerm[], code: CodeAround) {
    this.#document = document;
    this.#weights = new Set(terms.map(({ keyRange }) => keyRange.start));
    this.#code = code;
  }

  /** The names by which code would know a weight and does not; none for a weight that may be used. */
  namesOfUnused({ path }: LossTerm): readonly string[] {
    const leaf = leafOf(path);
    const mappings = this.#mappingsOf(path);
    const names = isTelling(leaf) ? [leaf] : namesOnTheWay(path, mappings.at(-1));
    const isUsed =
      names.some((name) => this.#code.mentions(name)) ||
      path.some((key) => names.includes(key) && this.#isValue(key));
    const isRead = !isUsed && this.#isReadHere(leaf) && !this.#isForOthers(mappings);
    return isRead ? names : [];
  }

  /** From the root to the one that the weight stands in. */
  #mappingsOf(path: readonly string[]): readonly MappingNode[] {
    return path
      .map((_, depth) => findNode(this.#document.root, path.slice(0, depth)))
      .filter((node) => node?.kind === 'mapping');
  }

  /** A text of the config can be the name of a key, or refer to it. */
  #isValue(name: string): boolean {
    this.#values ??= new Set(
      this.#walk()
        .map(({ node }) => node.value)
        .filter((value) => typeof value === 'string')
        .flatMap((value) => namesIn(value).map(foldName)),
    );
    return this.#values.has(foldName(name));
  }

  /** Of a key that no code mentions. */
  #isReadHere(leaf: string): boolean {
    this.#keys ??= this.#countKeys();
    const { all, mentioned } = this.#keys;
    return isReadHere(mentioned, all.has(leaf) ? all.size - 1 : all.size);
  }

  #countKeys(): { readonly all: ReadonlySet<string>; readonly mentioned: number } {
    const leaves = this.#walk().map(({ path }) => leafOf(path));
    const all = new Set(leaves.filter(tellsReader));
    return { all, mentioned: [...all].filter((key) => this.#code.mentions(key)).length };
  }

  /** A part of a config often holds the arguments of something that is not defined here. */
  #isForOthers(mappings: readonly MappingNode[]): boolean {
    const own = mappings.at(-1);
    if (!own) return false;
    const known = this.#known.get(own);
    const isForOthers = known ?? (this.#standsAmongOthers(own) || mappings.some(this.#isOf));
    this.#known.set(own, isForOthers);
    return isForOthers;
  }

  #standsAmongOthers({ entries }: MappingNode): boolean {
    const beside = entries.filter(
      ({ key, keyRange, value }) =>
        !this.#weights.has(keyRange.start) && tellsReader(key) && isLeaf(value),
    );
    const mentioned = beside.filter(({ key }) => this.#code.mentions(key)).length;
    return mentioned * 2 < beside.length;
  }

  /** The name at the root is that of an experiment. */
  readonly #isOf = ({ entries }: MappingNode, depth: number): boolean =>
    entries.some(({ key, value }) => {
      if (!classKeys.test(key) || (depth === 0 && key === 'name')) return false;
      const text = value?.kind === 'scalar' && typeof value.value === 'string' ? value.value : '';
      const name = className.exec(text)?.[1];
      return name !== undefined && !this.#code.defines(name);
    });

  #walk(): readonly ScalarPlace[] {
    this.#scalars ??= walkScalars(this.#document.root);
    return this.#scalars;
  }
}

/** `kl_weight` names its loss, but `weight` does not, and neither does `kl` name a weight. */
function isTelling(key: string): boolean {
  const words = key
    .replace(/([a-z\d])(?=[A-Z])/g, '$1_')
    .toLowerCase()
    .split(/[_-]+/);
  return (
    words.some((word) => weightWords.has(word)) && !words.every((word) => plainWords.has(word))
  );
}

/** The keys that lead to a weight, and what is named beside it. */
function namesOnTheWay(
  path: readonly string[],
  mapping: MappingNode | undefined,
): readonly string[] {
  const named = (mapping?.entries ?? []).flatMap(({ key, value }) => {
    const isName = classKeys.test(key) && value?.kind === 'scalar';
    return isName && typeof value.value === 'string' ? [value.value.split('.').at(-1) ?? ''] : [];
  });
  const keys = path.filter((key) => !isIndex(key));
  return [...new Set([...keys.reverse(), ...named])].filter((name) => name !== '');
}

/** The last key; items of a list have none. */
function leafOf(path: readonly string[]): string {
  return path.findLast((key) => !isIndex(key)) ?? '';
}

/** What names a class is read by whatever makes objects of configs. */
function tellsReader(key: string): boolean {
  return key !== '' && !classKeys.test(key);
}

function isIndex(key: string): boolean {
  return /^\d+$/.test(key);
}

function isLeaf(node: ConfigNode | undefined): boolean {
  return node === undefined || node.kind !== 'mapping';
}
