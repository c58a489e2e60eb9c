import type { SyntaxNode, Tree } from '@lezer/common';
import { parser } from '@lezer/python';

import type { MappingNode, WeightedSum } from '../../configTree.ts';
import { type Chunk, chunksOf } from './chunks.ts';
import { toStatements } from './convertTree.ts';
import { Definitions, placeFinding } from './definitions.ts';
import { toParsedText } from './parsedText.ts';
import { type PlacedFacts, ProgramMemory } from './programMemory.ts';
import { type ProgramFacts, readStatements, type Scope } from './readStatements.ts';
import { Resolver } from './resolver.ts';
import { type ReadSum, toWeightedSum } from './sums.ts';
import { deepestNesting } from './syntaxTree.ts';

/** What a program says as far as configuration goes. */
export interface Program {
  readonly root: MappingNode;
  readonly sums: readonly WeightedSum[];
  readonly memory: ProgramMemory;
}

/** Tokens between two steps: some tenths of a millisecond. */
const tokensPerStep = 200;
/** Sums between two steps. */
const sumsPerStep = 100;

/**
 * Reads a program, in steps of a few milliseconds. What it gives depends on the text alone; with
 * what is remembered of the version before, it takes as long as what was changed is, not as what is
 * there.
 */
export function* parseProgram(
  text: string,
  before: ProgramMemory | undefined,
): Generator<undefined, Program> {
  const parsedText = toParsedText(text);
  const parse = parser.startParse(parsedText, before?.fragmentsIn(parsedText));
  let tree = parse.advance();
  for (let tokens = 1; !tree; tokens += 1) {
    if (tokens % tokensPerStep === 0) yield;
    tree = parse.advance();
  }
  yield;
  const reading = new Reading(text, before);
  yield* reading.readAll(tree);
  const sums = yield* reading.sums();
  const { root } = reading.definitions;
  return { root, sums, memory: new ProgramMemory(parsedText, tree, reading.facts) };
}

class Reading {
  readonly definitions: Definitions;
  /** What the statements say, by the classes around them and their text. */
  readonly facts = new Map<string, Map<string, PlacedFacts>>();
  readonly #sums: { readonly sum: ReadSum; readonly offset: number }[] = [];
  readonly #text: string;
  readonly #before: ProgramMemory | undefined;

  constructor(text: string, before: ProgramMemory | undefined) {
    this.definitions = new Definitions({ start: 0, end: text.length });
    this.#text = text;
    this.#before = before;
  }

  *readAll(tree: Tree): Generator<undefined> {
    yield* this.#readBlock(tree.topNode, {
      keys: [],
      classDepth: 0,
      isClassBody: false,
      branches: [],
    });
    this.definitions.sort();
  }

  *sums(): Generator<undefined, readonly WeightedSum[]> {
    const resolver = new Resolver(this.definitions);
    const sums: WeightedSum[] = [];
    for (const [index, { sum, offset }] of this.#sums.entries()) {
      if (index % sumsPerStep === 0) yield;
      sums.push(toWeightedSum(sum, offset, resolver));
    }
    return sums;
  }

  *#readBlock(block: SyntaxNode, scope: Scope): Generator<undefined> {
    for (const chunk of chunksOf(block, this.#text)) {
      const inner = scope.classDepth < deepestNesting / 4 ? classIn(chunk) : undefined;
      if (inner) yield* this.#readClass(inner, scope);
      else if (this.#readChunk(chunk, scope)) yield;
    }
  }

  /** Classes may be as long as files: their statements are chunks of their own. */
  *#readClass({ name, body, decorators }: ClassParts, scope: Scope): Generator<undefined> {
    for (const node of decorators) {
      this.#readChunk({ nodes: [node], range: { start: node.from, end: node.to } }, scope);
    }
    const range = { start: name.from, end: name.to };
    const keys = [...scope.keys, { key: this.#text.slice(name.from, name.to), range }];
    yield* this.#readBlock(body, {
      keys,
      classDepth: keys.length,
      isClassBody: true,
      branches: [],
    });
  }

  /** @returns false where nothing had to be read again */
  #readChunk(chunk: Chunk, scope: Scope): boolean {
    const { start, end } = chunk.range;
    const text = this.#text.slice(start, end);
    const place = scope.keys.map(({ key }) => key).join('.');
    const known = this.#before?.factsOf(place, text) ?? this.facts.get(place)?.get(text);
    const facts = known?.facts ?? readFacts(chunk, text, scope);
    const placed = known && standsAt(known, start, scope) ? known : placeFacts(facts, start, scope);
    const here = this.facts.get(place);
    if (here) here.set(text, placed);
    else this.facts.set(place, new Map([[text, placed]]));
    for (const finding of placed.findings) this.definitions.add(finding);
    for (const sum of facts.sums) this.#sums.push({ sum, offset: start });
    return known === undefined;
  }
}

function readFacts(chunk: Chunk, text: string, scope: Scope): ProgramFacts {
  // A copy: a part of the program would keep its whole text for as long as these facts are known.
  const copy = ` ${text}`.slice(1);
  return readStatements({ text: copy }, toStatements(chunk, copy), scope);
}

/** What statements say, put to where they stand. */
function placeFacts(facts: ProgramFacts, start: number, { keys }: Scope): PlacedFacts {
  const findings = facts.findings.flatMap((finding) => placeFinding(finding, keys, start) ?? []);
  return { facts, start, keys, findings };
}

/** True where neither the statements nor the names of the classes around have moved. */
function standsAt(placed: PlacedFacts, start: number, { keys }: Scope): boolean {
  return (
    placed.start === start &&
    keys.every(({ range }, index) => range.start === placed.keys[index]?.range.start)
  );
}

interface ClassParts {
  readonly name: SyntaxNode;
  readonly body: SyntaxNode;
  readonly decorators: readonly SyntaxNode[];
}

function classIn({ nodes }: Chunk): ClassParts | undefined {
  const statement = nodes.find(
    (node) => node.name === 'ClassDefinition' || node.name === 'DecoratedStatement',
  );
  const definition =
    statement?.name === 'DecoratedStatement' ? statement.getChild('ClassDefinition') : statement;
  const name = definition?.getChild('VariableName');
  const body = definition?.getChild('Body');
  if (!statement || !name || !body) return undefined;
  return { name, body, decorators: statement.getChildren('Decorator') };
}
