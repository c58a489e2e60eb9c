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
  readonly #rootEntries = new GrowingEntries([]);
  /** The entries of the mappings, which may grow while the file is read: `cfg.a = 1`, then `cfg.b = 2`. */
  readonly #entries = new Map<MappingNode, GrowingEntries>();
  readonly #byName = new Map<string, NamedDefinitions>();

  constructor(range: TextRange) {
    this.root = { kind: 'mapping', range, entries: this.#rootEntries.entries };
  }

  add({ definition, holder, entry }: PlacedFinding): void {
    const name = definition.path.at(-1) ?? '';
    const known = this.#byName.get(name);
    if (known) known.add(definition);
    else this.#byName.set(name, new NamedDefinitions(definition));
    if (entry) this.#entriesAt(holder).push(entry);
  }

  /**
   * The definitions of a name in each of the scopes around a place, the innermost first, then those
   * of the file; each in the order of the text.
   * @param fewest how many scopes must be around them: 1 leaves out those of the file
   */
  within(scopes: readonly string[], name: string, fewest = 0): readonly (readonly Definition[])[] {
    return this.#byName.get(name)?.within(scopes, fewest) ?? [];
  }

  /** The definitions of a name in something that is called so, wherever that is. */
  heldBy(holder: string, name: string): readonly Definition[] {
    return this.#byName.get(name)?.index.byHolder.get(holder) ?? [];
  }

  /** The options, fields or parameters of a name. */
  ofOrigin(origin: EntryOrigin, name: string): readonly Definition[] {
    return this.#byName.get(name)?.index.byOrigin.get(origin) ?? [];
  }

  /** Puts the options of the command line, which stand at the root, to their places in the text. */
  sort(): void {
    this.#rootEntries.entries.sort((a, b) => a.keyRange.start - b.keyRange.start);
  }

  #entriesAt(keys: readonly KeyPlace[]): GrowingEntries {
    return keys.reduce<GrowingEntries>((entries, { key, range }) => {
      const there = entries.lastMapping(key);
      if (there) return this.#growing(there, entries);
      const grown = new GrowingEntries([]);
      const value = { kind: 'mapping', range: this.root.range, entries: grown.entries } as const;
      this.#entries.set(value, grown);
      entries.push({ key, keyRange: range, value, origin: 'scope' });
      return grown;
    }, this.#rootEntries);
  }

  /** The entries of a mapping; one that was written as a literal is copied first. */
  #growing(there: MappingThere, above: GrowingEntries): GrowingEntries {
    const { value } = there;
    const known = this.#entries.get(value);
    if (known) return known;
    const grown = new GrowingEntries(value.entries);
    const copy: MappingNode = { ...value, range: this.root.range, entries: grown.entries };
    this.#entries.set(copy, grown);
    above.replace(there, { ...there.entry, value: copy });
    return grown;
  }
}

/** An entry whose value is a mapping. */
interface MappingThere {
  readonly entry: MappingEntry;
  readonly value: MappingNode;
}

/** The entries of a mapping that grows, and by their keys those that hold mappings. */
class GrowingEntries {
  readonly entries: MappingEntry[] = [];
  readonly #mappings = new Map<string, MappingThere>();

  constructor(entries: readonly MappingEntry[]) {
    for (const entry of entries) this.push(entry);
  }

  push(entry: MappingEntry): void {
    this.entries.push(entry);
    this.#note(entry);
  }

  /** The last that has this key and holds a mapping. */
  lastMapping(key: string): MappingThere | undefined {
    return this.#mappings.get(key);
  }

  replace({ entry }: MappingThere, other: MappingEntry): void {
    this.entries[this.entries.lastIndexOf(entry)] = other;
    this.#note(other);
  }

  #note(entry: MappingEntry): void {
    const { key, value } = entry;
    if (value?.kind === 'mapping') this.#mappings.set(key, { entry, value });
  }
}

/** Definitions by what holds them: the classes and functions around them, the last of these, and what they are. */
interface HolderIndex {
  readonly byScopes: ReadonlyMap<string, readonly Definition[]>;
  readonly byHolder: ReadonlyMap<string, readonly Definition[]>;
  readonly byOrigin: ReadonlyMap<string, readonly Definition[]>;
}

/** The definitions of one name; most names of a program are never asked for. */
class NamedDefinitions {
  readonly #all: Definition[];
  #index: HolderIndex | undefined;

  constructor(first: Definition) {
    this.#all = [first];
  }

  add(definition: Definition): void {
    this.#all.push(definition);
    this.#index = undefined;
  }

  get index(): HolderIndex {
    this.#index ??= {
      byScopes: groupBy(this.#all, ({ path }) => scopeKey(path, path.length - 1)),
      byHolder: groupBy(this.#all, ({ path }) => path.at(-2) ?? ''),
      byOrigin: groupBy(this.#all, ({ origin }) => origin),
    };
    return this.#index;
  }

  within(scopes: readonly string[], fewest: number): readonly (readonly Definition[])[] {
    const found: (readonly Definition[])[] = [];
    for (let depth = scopes.length; depth >= fewest; depth -= 1) {
      const definitions = this.index.byScopes.get(scopeKey(scopes, depth));
      if (definitions) found.push(definitions);
    }
    return found;
  }
}

function groupBy(
  definitions: readonly Definition[],
  keyOf: (definition: Definition) => string,
): ReadonlyMap<string, readonly Definition[]> {
  const groups = new Map<string, Definition[]>();
  for (const definition of definitions) {
    const key = keyOf(definition);
    const group = groups.get(key);
    if (group) group.push(definition);
    else groups.set(key, [definition]);
  }
  return groups;
}

/** No name of Python has such a character. */
function scopeKey(scopes: readonly string[], depth: number): string {
  return scopes.slice(0, depth).join('\n');
}
