import type { TextRange } from '../../../base/textRange.ts';
import { shiftRange } from '../../../base/textRange.ts';
import type { ConfigNode, EntryOrigin, MappingEntry, MappingNode } from '../../configTree.ts';
import { shiftNode } from '../shiftNode.ts';
import type { NameScope, PythonNode } from './syntaxTree.ts';

/** A key on the way to a definition. */
export interface KeyPlace {
  readonly key: string;
  readonly range: TextRange;
}

/** A name that gets a value. */
export interface Definition {
  readonly path: readonly string[];
  readonly keyRange: TextRange;
  readonly value: ConfigNode;
  readonly origin: EntryOrigin;
  /** What stands there, and where its own names are looked up. */
  readonly expression: PythonNode;
  readonly scope: NameScope;
  readonly branches: readonly PythonNode[];
}

/** What the collector says of one name. */
export interface Finding {
  readonly keys: readonly KeyPlace[];
  readonly value: ConfigNode;
  readonly origin: EntryOrigin;
  readonly note: string | undefined;
  readonly expression: PythonNode;
  readonly scope: NameScope;
  /** The blocks around it, from the outside, that are run on some condition only. */
  readonly branches: readonly PythonNode[];
  /** False for what only the program knows: it leads on to other names, and is no entry. */
  readonly isEntry: boolean;
}

/** A finding where it stands in the file. */
export interface PlacedFinding {
  readonly definition: Definition;
  /** The keys of what it is an entry of. */
  readonly holder: readonly KeyPlace[];
  readonly entry: MappingEntry | undefined;
}

/** A finding of a piece of the file, with the keys around that piece and its offset. */
export function placeFinding(
  finding: Finding,
  around: readonly KeyPlace[],
  offset: number,
): PlacedFinding | undefined {
  const { origin, note, expression, scope, branches, isEntry } = finding;
  const own = finding.keys.map(({ key, range }) => ({ key, range: shiftRange(range, offset) }));
  const last = own.at(-1);
  if (!last) return undefined;
  const keys = origin === 'option' ? own : [...around, ...own];
  const { key, range: keyRange } = last;
  const value = shiftNode(finding.value, offset);
  const path = keys.map((place) => place.key);
  const noted = note === undefined ? {} : { note };
  return {
    definition: { path, keyRange, value, origin, expression, scope, branches },
    holder: keys.slice(0, -1),
    entry: isEntry ? { key, keyRange, value, origin, ...noted } : undefined,
  };
}

/**
 * The names of a file that get values: the tree of those with literals, and all by where they are.
 * Members of classes, functions and objects may be set all over the file, so that the range of the
 * mapping that holds them is the file's.
 */
export class Definitions {
  readonly root: MappingNode;
  readonly #rootEntries: MappingEntry[] = [];
  /** The entries of the mappings, which may grow while the file is read: `cfg.a = 1`, then `cfg.b = 2`. */
  readonly #entries = new Map<MappingNode, MappingEntry[]>();
  readonly #byPath = new PathIndex();
  /** By what holds them and their name, and by what they are and their name. */
  readonly #byHolder = new Map<string, Map<string, Definition[]>>();
  readonly #byOrigin = new Map<string, Map<string, Definition[]>>();

  constructor(range: TextRange) {
    this.root = { kind: 'mapping', range, entries: this.#rootEntries };
    this.#entries.set(this.root, this.#rootEntries);
  }

  add({ definition, holder, entry }: PlacedFinding): void {
    const { path, origin } = definition;
    const name = path.at(-1) ?? '';
    this.#byPath.add(path, definition);
    noteUnder(this.#byHolder, path.at(-2) ?? '', name, definition);
    noteUnder(this.#byOrigin, origin, name, definition);
    if (entry) this.#entriesAt(holder).push(entry);
  }

  /**
   * The definitions of a name in each of the scopes around a place, the innermost first, then those
   * of the file; each in the order of the text.
   * @param fewest how many scopes must be around them: 1 leaves out those of the file
   */
  within(scopes: readonly string[], name: string, fewest = 0): readonly (readonly Definition[])[] {
    return this.#byPath.within(scopes, name, fewest);
  }

  /** The definitions of a name in something that is called so, wherever that is. */
  heldBy(holder: string, name: string): readonly Definition[] {
    return this.#byHolder.get(holder)?.get(name) ?? [];
  }

  /** The options, fields or parameters of a name. */
  ofOrigin(origin: EntryOrigin, name: string): readonly Definition[] {
    return this.#byOrigin.get(origin)?.get(name) ?? [];
  }

  /** Puts the options of the command line, which stand at the root, to their places in the text. */
  sort(): void {
    this.#rootEntries.sort((a, b) => a.keyRange.start - b.keyRange.start);
  }

  #entriesAt(keys: readonly KeyPlace[]): MappingEntry[] {
    return keys.reduce((entries, { key, range }) => {
      const there = entries.findLast(
        (entry) => entry.key === key && entry.value?.kind === 'mapping',
      );
      const known =
        there?.value?.kind === 'mapping' ? this.#growing(there, there.value, entries) : undefined;
      if (known) return known;
      const grown: MappingEntry[] = [];
      const value: MappingNode = { kind: 'mapping', range: this.root.range, entries: grown };
      this.#entries.set(value, grown);
      entries.push({ key, keyRange: range, value, origin: 'scope' });
      return grown;
    }, this.#rootEntries);
  }

  /** The entries of a mapping; one that was written as a literal is copied first. */
  #growing(entry: MappingEntry, value: MappingNode, above: MappingEntry[]): MappingEntry[] {
    const known = this.#entries.get(value);
    if (known) return known;
    const grown = [...value.entries];
    const copy: MappingNode = { ...value, range: this.root.range, entries: grown };
    this.#entries.set(copy, grown);
    above[above.indexOf(entry)] = { ...entry, value: copy };
    return grown;
  }
}

/**
 * Definitions by the keys that lead to them, without a text for each path. Most paths are an end or a
 * way, and hold what that takes.
 */
class PathIndex {
  #inner: Map<string, PathIndex> | undefined;
  #definitions: Definition[] | undefined;

  add(path: readonly string[], definition: Definition, depth = 0): void {
    const key = path[depth];
    if (key === undefined) {
      this.#definitions ??= [];
      this.#definitions.push(definition);
      return;
    }
    this.#inner ??= new Map();
    const known = this.#inner.get(key);
    const inner = known ?? new PathIndex();
    if (!known) this.#inner.set(key, inner);
    inner.add(path, definition, depth + 1);
  }

  within(
    scopes: readonly string[],
    name: string,
    fewest: number,
  ): readonly (readonly Definition[])[] {
    const found: (readonly Definition[])[] = [];
    let here: PathIndex | undefined = this;
    for (let depth = 0; here; depth += 1) {
      const named = here.#inner?.get(name);
      const definitions = named === undefined ? undefined : named.#definitions;
      if (definitions && depth >= fewest) found.unshift(definitions);
      const scope = scopes[depth];
      here = scope === undefined ? undefined : here.#inner?.get(scope);
    }
    return found;
  }
}

function noteUnder(
  index: Map<string, Map<string, Definition[]>>,
  group: string,
  name: string,
  definition: Definition,
): void {
  const known = index.get(group);
  const names = known ?? new Map<string, Definition[]>();
  if (!known) index.set(group, names);
  const definitions = names.get(name);
  if (definitions) definitions.push(definition);
  else names.set(name, [definition]);
}
