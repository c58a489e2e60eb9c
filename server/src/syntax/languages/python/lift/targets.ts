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

/** `parser.add_argument("--render-weight", …)`, read as `args.render_weight`. */
export const commandLineOption: FindTarget = (lifting) => {
  const { program } = lifting;
  const holders = findHolders(program, 'member', (value) => isCallOf(program, value, 'parse_args'));
  return firstOf(holders, (holder) => optionOf(lifting, holder));
};

function optionOf(
  { program, range, number, key, note }: Lifting,
  holder: Holder,
): Target | undefined {
  const parser = sourceOf(program, holder.value.firstChild?.firstChild);
  const last = lastOption(program, holder, parser);
  const name = nameAt(program, holder, range);
  const option = optionName(program, parser, key);
  if (!last || name === undefined || option === undefined) return undefined;
  const quote = sourceOf(program, last).includes('"') ? '"' : "'";
  const [flag, help] = [option, note].map((words) => `${quote}${words}${quote}`);
  const words = `${flag}, type=float, default=${number}, help=${help}`;
  const change = lineBelow(program, last, `${parser}.add_argument(${words})`);
  return change && { words: `the option ${option}`, changes: [change], use: `${name}.${key}` };
}

function firstOf<Item, Result>(
  items: readonly Item[],
  find: (item: Item) => Result | undefined,
): Result | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The last option of a parser that is made, filled and asked in one block. */
function lastOption(program: Program, holder: Holder, name: string): SyntaxNode | undefined {
  const statements = statementsIn(holder.assignment.parent ?? holder.assignment);
  const made = statements.find(
    (statement) =>
      statement.name === 'AssignStatement' &&
      sourceOf(program, statement.firstChild) === name &&
      isCallOf(program, statement.lastChild, 'ArgumentParser'),
  );
  const others = program.occurrencesOf(name).filter(({ from }) => from !== made?.from);
  if (!made || sourceOf(program, made).includes('parents')) return undefined;
  if (!others.every(({ parent }) => parent?.name === 'MemberExpression')) return undefined;
  return statements.findLast(
    (statement) =>
      statement.from < holder.assignment.from &&
      sourceOf(program, statement).startsWith(`${name}.add_argument(`),
  );
}

/** In the style of the other options; undefined where one is so alike that its short form would not do any more. */
function optionName(program: Program, parser: string, key: string): string | undefined {
  const options = [...program.text.matchAll(/["']--([\w-]+)["']/g)].map(([, name = '']) => name);
  const underlined = options.filter((name) => name.includes('_')).length;
  const isUnderlined = underlined > options.filter((name) => name.includes('-')).length;
  const name = isUnderlined ? key : key.replaceAll('_', '-');
  const shortens = !new RegExp(`${parser}\\s*=[^\\n]*allow_abbrev\\s*=\\s*False`).test(
    program.text,
  );
  const isAlike = options.some((other) => other.slice(0, 4) === name.slice(0, 4));
  return shortens && isAlike ? undefined : `--${name}`;
}

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
    const last = holder.value.lastChild?.prevSibling;
    if (name === undefined || !first || !last || holder.owner.name !== 'Script') continue;
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

function isCallOf(program: Program, node: SyntaxNode | null | undefined, name: string): boolean {
  if (node?.name !== 'CallExpression') return false;
  const callee = node.firstChild;
  const last = callee?.name === 'MemberExpression' ? callee.lastChild : callee;
  return sourceOf(program, last) === name;
}
