import type { SyntaxNode } from '@lezer/common';

import type { TextChange, TextRange } from '../../../../base/textRange.ts';
import { endOfLine, lineBreakOf } from '../../../layout.ts';
import { findHolders, type Holder, lineBelow, nameAt } from './holders.ts';
import { type Program, sourceOf, statementsIn } from './program.ts';

/** A number that gets a name. */
export interface Lifting {
  readonly program: Program;
  readonly range: TextRange;
  /** The number as written. */
  readonly number: string;
  /** `render_weight`, which stands nowhere in the file. */
  readonly key: string;
  /** For the help of an option: `weight of the render loss`. */
  readonly note: string;
}

/** Where the number can go: what is added, and how it is called from then on. */
export interface Target {
  readonly words: string;
  readonly changes: readonly TextChange[];
  readonly use: string;
}

/** A way to keep a number; undefined where the program might notice. */
export type FindTarget = (lifting: Lifting) => Target | undefined;

/** A field of a dataclass, read as `cfg.render_weight`. */
export const dataclassField: FindTarget = ({ program, range, number, key }) => {
  const holders = findHolders(program, 'member', (value) => value.name === 'CallExpression');
  for (const holder of holders) {
    const definition = dataclassOf(program, holder);
    const fields = definition?.getChild('Body')?.getChildren('AssignStatement') ?? [];
    const last = fields.findLast((field) => field.getChild('TypeDef'));
    const name = nameAt(program, holder, range);
    if (!definition || !last || name === undefined) continue;
    const type = /^-?[\d_]+$/.test(number) ? 'int' : 'float';
    const change = lineBelow(program, belowDocstring(last), `${key}: ${type} = ${number}`);
    const className = sourceOf(program, definition.getChild('VariableName'));
    const words = `the field ${key} of ${className}`;
    if (change) return { words, changes: [change], use: `${name}.${key}` };
  }
  return undefined;
};

/** What explains a field stands below it. */
function belowDocstring(field: SyntaxNode): SyntaxNode {
  const next = field.nextSibling;
  return next?.name === 'ExpressionStatement' && next.firstChild?.name === 'String' ? next : field;
}

/** The dataclass that a holder is made of; undefined where anything else is made of it. */
function dataclassOf(program: Program, { value, assignment }: Holder): SyntaxNode | undefined {
  const callee = value.firstChild;
  const isCli = sourceOf(program, callee) === 'tyro.cli';
  const made = isCli ? value.lastChild?.getChild('VariableName') : callee;
  if (made?.name !== 'VariableName') return undefined;
  const named = program.occurrencesOf(sourceOf(program, made));
  const definition = named.find(({ parent }) => parent?.name === 'ClassDefinition')?.parent;
  if (!definition || definition.from > assignment.from) return undefined;
  const others = named.filter(
    (node) => node.from !== made.from && node.parent?.from !== definition.from,
  );
  const isOnlyTyped = others.every(({ parent }) => parent?.name === 'TypeDef');
  return isOnlyTyped && isPlainDataclass(program, definition) ? definition : undefined;
}

/** A dataclass of the standard library that has nothing but fields. */
function isPlainDataclass(program: Program, definition: SyntaxNode): boolean {
  const whole = definition.parent;
  const decorators = whole?.getChildren('Decorator') ?? [];
  const isDataclass = /^@(?:dataclasses\.)?dataclass\b/.test(sourceOf(program, decorators[0]));
  const isStandard = /\bfrom dataclasses import\b|\bimport dataclasses\b/.test(program.text);
  if (!isDataclass || !isStandard || decorators.length !== 1) return false;
  if (whole?.parent?.name !== 'Script' || definition.getChild('ArgList')) return false;
  const body = definition.getChild('Body');
  return body !== null && statementsIn(body).every(({ name }) => plainMembers.has(name));
}

const plainMembers = new Set([':', 'AssignStatement', 'Comment', 'ExpressionStatement']);

/** A key of a dictionary of the module, read as `config["render_weight"]`. */
export const dictionaryKey: FindTarget = ({ program, range, number, key }) => {
  const holders = findHolders(program, 'item', (value) => value.name === 'DictionaryExpression');
  for (const holder of holders) {
    const name = nameAt(program, holder, range);
    const keys = holder.value.getChildren('String');
    const first = keys[0];
    if (name === undefined || !first || holder.owner.name !== 'Script') continue;
    // Another dictionary that is put into it may have the key.
    if (holder.value.getChild('**')) continue;
    const quote = sourceOf(program, first).at(-1) ?? '"';
    const quoted = `${quote}${key}${quote}`;
    const changes = itemBehind(program, holder.value, `${quoted}: ${number}`);
    if (changes) return { words: `${holder.name}[${quoted}]`, changes, use: `${name}[${quoted}]` };
  }
  return undefined;
};

/** An item at the end of a dictionary, on a line of its own where the others are. */
function itemBehind(
  program: Program,
  dictionary: SyntaxNode,
  item: string,
): readonly TextChange[] | undefined {
  const elements = statementsIn(dictionary).filter(({ name }) => name !== 'Comment');
  const last = elements.at(-2);
  const first = elements[1];
  if (!last || !first || elements.at(-1)?.name !== '}') return undefined;
  const comma = last.name === ',' ? '' : ',';
  const behind = { start: last.to, end: last.to };
  const { text } = program;
  const lineStart = text.lastIndexOf('\n', first.from - 1) + 1;
  const indent = text.slice(lineStart, first.from);
  if (lineStart <= dictionary.from || !/^[ \t]*$/.test(indent)) {
    return [{ range: behind, newText: `${comma} ${item}` }];
  }
  const end = endOfLine(text, last.to);
  const rest = text.slice(last.to, end);
  if (!/^\s*(?:#.*)?$/.test(rest)) return undefined;
  const line = `${lineBreakOf(text)}${indent}${item},`;
  return comma === '' || rest === ''
    ? [{ range: { start: end, end }, newText: `${comma}${line}` }]
    : [
        { range: behind, newText: comma },
        { range: { start: end, end }, newText: line },
      ];
}
