import type { SyntaxNode } from '@lezer/common';

import type { TextChange, TextRange } from '../../../../base/textRange.ts';
import { lineBreakOf } from '../../../layout.ts';
import {
  functionBinding,
  importsAllBehind,
  isWithin,
  lineOf,
  ownerOf,
  type Program,
  parametersOf,
  positionalArguments,
  sourceOf,
} from './program.ts';

/** A variable that holds options, of which the program asks for nothing but single ones. */
export interface Holder {
  readonly name: string;
  /** `cfg = Config()` */
  readonly assignment: SyntaxNode;
  /** What it is given. */
  readonly value: SyntaxNode;
  /** The module or function whose variable it is. */
  readonly owner: SyntaxNode;
  readonly access: 'member' | 'item';
}

/** The variables of a kind that are given a value once and are used for nothing but their parts. */
export function findHolders(
  program: Program,
  access: Holder['access'],
  isOptions: (value: SyntaxNode) => boolean,
): readonly Holder[] {
  // A text that is run as a program can ask for anything.
  if (/(?<!\.|\w|def )(?:eval|exec)\s*\(/.test(program.text)) return [];
  const holders: Holder[] = [];
  program.tree.iterate({
    enter({ node }) {
      if (node.name !== 'AssignStatement') return;
      const name = node.firstChild;
      const value = node.lastChild;
      const owner = ownerOf(node);
      const isPlain = name?.name === 'VariableName' && node.getChildren('AssignOp').length === 1;
      if (!isPlain || !owner || !value || node.getChild(',') || !isOptions(value)) return;
      const word = sourceOf(program, name);
      // In a class, two underscores in front make another name of it.
      if (word.startsWith('__') || functionBinding(program, node, word)) return;
      holders.push({ name: word, assignment: node, value, owner, access });
    },
  });
  return holders
    .filter(
      ({ owner, assignment }) =>
        owner.name !== 'Script' || !importsAllBehind(program, assignment.to),
    )
    .filter((holder) => isReadByParts(program, holder));
}

/** How the options are called at a place that comes after them, if they can be reached there. */
export function nameAt(program: Program, holder: Holder, range: TextRange): string | undefined {
  const node = program.tree.resolveInner(range.start, 1);
  const { name, assignment } = holder;
  const block = assignment.parent;
  const isBelow = block !== null && isWithin(range, block) && range.start > assignment.to;
  if (isBelow && functionBinding(program, node, name) === null) return name;
  return parameterAt(program, holder, node);
}

/** The parameter by which the function around a place always gets the options. */
function parameterAt(program: Program, holder: Holder, node: SyntaxNode): string | undefined {
  for (const { definition, parameter } of receivers(program, holder)) {
    const inside = isWithin({ start: node.from, end: node.to }, definition);
    if (inside && functionBinding(program, node, parameter)?.from === definition.from) {
      return parameter;
    }
  }
  return undefined;
}

interface Receiver {
  readonly definition: SyntaxNode;
  readonly parameter: string;
}

/** The functions of the file that are called with the options, and never with anything else. */
function receivers(program: Program, holder: Holder): readonly Receiver[] {
  return program.occurrencesOf(holder.name).flatMap((node) => {
    if (!belongsTo(program, node, holder)) return [];
    return receiverOf(program, node, holder) ?? [];
  });
}

/** The function that gets the options where they are an argument. */
function receiverOf(program: Program, node: SyntaxNode, holder: Holder): Receiver | undefined {
  const place = argumentPlace(program, node);
  if (!place) return undefined;
  const named = program.occurrencesOf(place.callee);
  const definition = named.find(({ parent }) => parent?.name === 'FunctionDefinition')?.parent;
  if (definition?.parent?.name !== 'Script') return undefined;
  const parameter = parametersOf(program, definition)[place.index];
  const before = definition.getChild('ParamList')?.getChildren('*') ?? [];
  if (parameter === undefined || before.length > 0) return undefined;
  const others = named.filter(({ parent }) => parent?.from !== definition.from);
  const always = others.every((callee) => {
    const list = callee.parent?.name === 'CallExpression' && callee.nextSibling;
    const given = list && positionalArguments(program, list)?.[place.index];
    return (
      given &&
      sourceOf(program, given) === holder.name &&
      given.name === 'VariableName' &&
      belongsTo(program, given, holder)
    );
  });
  return always ? { definition, parameter } : undefined;
}

function argumentPlace(
  program: Program,
  node: SyntaxNode,
): { readonly callee: string; readonly index: number } | undefined {
  const list = node.parent;
  const callee = list?.prevSibling;
  if (list?.name !== 'ArgList' || callee?.name !== 'VariableName') return undefined;
  const index = positionalArguments(program, list)?.findIndex(({ from }) => from === node.from);
  if (index === undefined || index < 0) return undefined;
  return { callee: sourceOf(program, callee), index };
}

/** True where a name is that of the holder, and not a parameter of some function. */
function belongsTo(program: Program, node: SyntaxNode, holder: Holder): boolean {
  const binding = functionBinding(program, node, holder.name);
  if (binding) return false;
  return isWithin({ start: node.from, end: node.to }, holder.owner);
}

/** Nothing looks at the options as a whole: prints them, stores them, goes through them. */
function isReadByParts(program: Program, holder: Holder): boolean {
  return program.occurrencesOf(holder.name).every((node) => {
    if (node.from === holder.assignment.from || isKeyword(node)) return true;
    if (functionBinding(program, node, holder.name)) return true;
    // The same name outside: another variable, or this one where it is not known any more.
    if (!belongsTo(program, node, holder)) return false;
    return isPart(program, node, holder.access) || isHandedOn(program, node, holder);
  });
}

/** `f(args=1)` and parameters. */
function isKeyword(node: SyntaxNode): boolean {
  if (node.parent?.name === 'ParamList') return node.prevSibling?.name !== 'AssignOp';
  return node.parent?.name === 'ArgList' && node.nextSibling?.name === 'AssignOp';
}

function isPart(program: Program, node: SyntaxNode, access: Holder['access']): boolean {
  const member = node.parent;
  if (member?.name !== 'MemberExpression' || member.firstChild?.from !== node.from) return false;
  const key = node.nextSibling?.nextSibling;
  const isItem = node.nextSibling?.name === '[';
  const isPlainItem = isItem && key?.name === 'String' && key.nextSibling?.name === ']';
  if (access === 'item') return isPlainItem || isPlainGet(program, member);
  // `args.__dict__` and `args._get_kwargs()` are all of them.
  return !isItem && !sourceOf(program, key).startsWith('_');
}

/** `config.get("lr")` */
function isPlainGet(program: Program, member: SyntaxNode): boolean {
  const list = member.nextSibling;
  if (sourceOf(program, member.lastChild) !== 'get' || list?.name !== 'ArgList') return false;
  return positionalArguments(program, list)?.[0]?.name === 'String';
}

function isHandedOn(program: Program, node: SyntaxNode, holder: Holder): boolean {
  const receiver = receiverOf(program, node, holder);
  if (!receiver) return false;
  const { definition, parameter } = receiver;
  return program
    .occurrencesOf(parameter)
    .filter((inner) => isWithin({ start: inner.from, end: inner.to }, definition))
    .every((inner) => isKeyword(inner) || isPart(program, inner, holder.access));
}

/** A line below a statement, with the same indentation. */
export function lineBelow(
  program: Program,
  statement: SyntaxNode,
  line: string,
): TextChange | undefined {
  const place = lineOf(program, statement);
  if (!place) return undefined;
  const newText = `${lineBreakOf(program.text)}${place.indent}${line}`;
  return { range: { start: place.end, end: place.end }, newText };
}
