import type { SyntaxNode } from '@lezer/common';

import { findHolders, type Holder, lineBelow, nameAt } from './holders.ts';
import {
  keepsMeaning,
  type Program,
  positionalArguments,
  sourceOf,
  statementsIn,
} from './program.ts';
import type { FindTarget, Lifting, Target } from './targets.ts';

/** `parser.add_argument("--render-weight", …)`, read as `args.render_weight`. */
export const commandLineOption: FindTarget = (lifting) => {
  const { program } = lifting;
  if (!keepsMeaning(program, 'float') || !namesItsOptions(program)) return undefined;
  for (const holder of findHolders(program, 'member', (value) => isParsing(program, value))) {
    const found = optionOf(lifting, holder);
    if (found) return found;
  }
  return undefined;
};

/** `parser.parse_args()` and `parser.parse_args(argv)`: with an object to fill, somebody else has it too. */
function isParsing(program: Program, value: SyntaxNode): boolean {
  const callee = value.name === 'CallExpression' ? value.firstChild : null;
  if (callee?.name !== 'MemberExpression') return false;
  if (sourceOf(program, callee.lastChild) !== 'parse_args') return false;
  const list = value.getChild('ArgList');
  const names = list?.getChildren('AssignOp').map(({ prevSibling }) => prevSibling) ?? [];
  return (
    list !== null &&
    (positionalArguments(program, list)?.length ?? 2) <= 1 &&
    names.every((name) => sourceOf(program, name) === 'args')
  );
}

function optionOf(
  { program, range, number, key, note }: Lifting,
  holder: Holder,
): Target | undefined {
  const owner = holder.value.firstChild?.firstChild;
  if (owner?.name !== 'VariableName') return undefined;
  const parser = sourceOf(program, owner);
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

/** The last option of a parser that is made, filled and asked in one block. */
function lastOption(program: Program, holder: Holder, name: string): SyntaxNode | undefined {
  const statements = statementsIn(holder.assignment.parent ?? holder.assignment);
  const made = statements.find(
    (statement) =>
      statement.name === 'AssignStatement' &&
      sourceOf(program, statement.firstChild) === name &&
      isPlainParser(program, statement.lastChild),
  );
  if (!made || !isFilledHere(program, name, new Set())) return undefined;
  const named = program.occurrencesOf(name);
  const asked = named.filter((node) => memberOf(program, node) === 'parse_args');
  if (asked.length !== 1 || named.filter(isGiven).length !== 1) return undefined;
  return statements.findLast(
    (statement) =>
      statement.from < holder.assignment.from &&
      sourceOf(program, statement).startsWith(`${name}.add_argument(`),
  );
}

/** What is asked of a parser by those who do not look at all of its options. */
const plainMembers = new Set([
  ...['add_argument', 'description', 'epilog', 'error', 'exit', 'parse_args', 'set_defaults'],
]);
/** What makes something that is filled as well. */
const makers = new Set([
  ...['add_argument_group', 'add_mutually_exclusive_group', 'add_parser', 'add_subparsers'],
]);

/** True where a parser, and its groups and commands, get their options in this file, one by one. */
function isFilledHere(program: Program, name: string, seen: Set<string>): boolean {
  if (seen.has(name)) return true;
  seen.add(name);
  return program.occurrencesOf(name).every((node) => {
    const member = memberOf(program, node);
    if (member === undefined) return isGiven(node);
    const call = node.parent?.parent;
    if (makers.has(member)) return isMadeHere(program, call, seen);
    if (member !== 'set_defaults') return plainMembers.has(member);
    const list = node.parent?.nextSibling;
    return list?.name === 'ArgList' && list.getChild('**') === null;
  });
}

/** `parser` of `parser = …` */
function isGiven({ parent, from, nextSibling }: SyntaxNode): boolean {
  return (
    parent?.name === 'AssignStatement' && parent.from === from && nextSibling?.name === 'AssignOp'
  );
}

/** `group = parser.add_argument_group("losses")` */
function isMadeHere(
  program: Program,
  call: SyntaxNode | null | undefined,
  seen: Set<string>,
): boolean {
  const user = call?.parent;
  if (call?.name !== 'CallExpression' || !user) return false;
  if (user.name === 'ExpressionStatement') return true;
  if (user.name === 'MemberExpression') return sourceOf(program, user.lastChild) === 'add_argument';
  const target = user.firstChild;
  const isNamed = user.name === 'AssignStatement' && target?.name === 'VariableName';
  if (!isNamed || target.nextSibling?.name !== 'AssignOp') return false;
  return isFilledHere(program, sourceOf(program, target), seen);
}

/** `parse_args` of `parser.parse_args`. */
function memberOf(program: Program, node: SyntaxNode): string | undefined {
  const member = node.parent;
  if (member?.name !== 'MemberExpression' || member.firstChild?.from !== node.from) {
    return undefined;
  }
  return node.nextSibling?.name === '.' ? sourceOf(program, member.lastChild) : undefined;
}

/** `argparse.ArgumentParser(…)` of the standard library, whose options begin with `--` and are all its own. */
function isPlainParser(program: Program, made: SyntaxNode | null): boolean {
  const callee = made?.name === 'CallExpression' ? made.firstChild : null;
  const list = made?.getChild('ArgList');
  if (!callee || !list || list.getChild('**') || list.getChild('*')) return false;
  if (/\b(?:prefix_chars|parents)\b/.test(sourceOf(program, list))) return false;
  if (callee.name === 'VariableName') {
    const isIt = sourceOf(program, callee) === 'ArgumentParser';
    return isIt && isImported(program, callee, /^from\s+argparse\s+import\b/);
  }
  const library = callee.firstChild;
  const isIt = library?.name === 'VariableName' && memberOf(program, library) === 'ArgumentParser';
  if (!isIt) return false;
  const name = sourceOf(program, library);
  const statement = name === 'argparse' ? /\bargparse\b(?!\s+as)/ : /\bargparse\s+as\b/;
  return isImported(program, library, statement);
}

/** True where a name comes from imports alone that read so. */
function isImported(program: Program, node: SyntaxNode, statement: RegExp): boolean {
  const name = sourceOf(program, node);
  const imports = program
    .occurrencesOf(name)
    .flatMap(({ parent }) => (parent?.name === 'ImportStatement' ? [parent] : []));
  const isSo = imports.every((each) => statement.test(sourceOf(program, each)));
  return imports.length > 0 && isSo && keepsMeaning(program, name);
}

/** True where every option of the program is called by a text, so that none is met unseen. */
function namesItsOptions(program: Program): boolean {
  let areTexts = true;
  program.tree.iterate({
    enter({ node }) {
      if (node.name !== 'PropertyName' || sourceOf(program, node) !== 'add_argument') return;
      const list = node.parent?.nextSibling;
      const given = list?.name === 'ArgList' ? positionalArguments(program, list) : undefined;
      areTexts &&= given?.every(({ name }) => name === 'String') ?? false;
    },
  });
  return areTexts;
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
