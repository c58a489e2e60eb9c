import type { TextRange } from '../../../base/textRange.ts';
import { deepestNesting, type PythonNode } from './syntaxTree.ts';

/** A node while its tree is built; punctuation and keywords are only there until it is. */
export interface Part extends PythonNode {
  field: string | undefined;
  readonly isToken: boolean;
}

type Shape = (parts: readonly Part[], range: TextRange, text: string) => Part;

/** The node that a node of the parser with such parts is here. */
export function shapeOf(
  name: string,
  parts: readonly Part[],
  range: TextRange,
  text: string,
): Part {
  return (shapes.get(name) ?? otherNode)(parts, range, text);
}

/** True where statements stand below a node of the parser, and comments between them count. */
export function isBlockNode(name: string): boolean {
  return blocks.has(name);
}

export function token(type: string, range: TextRange): Part {
  return { type, field: undefined, range, children: [], isToken: true };
}

function part(type: string, range: TextRange, children: readonly Part[]): Part {
  return { type, field: undefined, range, children, isToken: false };
}

const blocks = new Set(['Script', 'Body', 'MatchBody', 'StatementGroup', '⚠']);

/** The parts that are no punctuation. */
function codeIn(parts: readonly Part[]): readonly Part[] {
  return parts.filter(({ isToken }) => !isToken);
}

function named(field: string, node: Part | undefined): readonly Part[] {
  if (!node) return [];
  node.field = field;
  return [node];
}

function rangeOf(parts: readonly Part[], otherwise: TextRange): TextRange {
  const start = parts[0]?.range.start ?? otherwise.start;
  return { start, end: parts.at(-1)?.range.end ?? otherwise.end };
}

/** What stands between separators; nothing behind a last one. */
function split(parts: readonly Part[], separator: string): readonly (readonly Part[])[] {
  const groups: Part[][] = [];
  let group: Part[] = [];
  for (const one of parts) {
    if (one.isToken && one.type === separator) {
      groups.push(group);
      group = [];
    } else group.push(one);
  }
  return group.length > 0 ? [...groups, group] : groups;
}

function plain(type: string): Shape {
  return (parts, range) => part(type, range, codeIn(parts));
}

const otherNode: Shape = plain('other');

/** A list whose elements are divided by commas, in brackets that do not count. */
function listOf(type: string, namedElement: string): Shape {
  return (parts, range) => part(type, range, elements(withoutBrackets(parts), namedElement));
}

function withoutBrackets(parts: readonly Part[]): readonly Part[] {
  return parts.filter(({ isToken, type }) => !(isToken && brackets.has(type)));
}

const brackets = new Set(['(', ')', '[', ']', '{', '}']);

function elements(parts: readonly Part[], namedElement: string): readonly Part[] {
  return split(parts, ',').flatMap((group) => element(group, namedElement) ?? []);
}

/** `x`, `x=1`, `x: 1`, `*x`, `**x`. */
function element(group: readonly Part[], namedElement: string): Part | undefined {
  const [first] = group;
  if (!first) return undefined;
  const inner = codeIn(group);
  const range = rangeOf(group, first.range);
  if (first.isToken && first.type === '*') return part('list_splat', range, inner);
  if (first.isToken && first.type === '**') return part('dictionary_splat', range, inner);
  const middle = group.find(({ isToken, type }) => isToken && (type === '=' || type === ':'));
  if (!middle) return inner[0];
  const value = group[group.indexOf(middle) + 1];
  const isPair = middle.type === ':';
  const children = [...named(isPair ? 'key' : 'name', inner[0]), ...named('value', value)];
  return part(isPair ? 'pair' : namedElement, range, children);
}

/** `a, b` without parentheses is a list; one expression is itself. */
function expressionIn(parts: readonly Part[], range: TextRange): Part | undefined {
  const found = elements(parts, 'other');
  const isList = parts.some(({ isToken, type }) => isToken && type === ',');
  return isList ? part('expression_list', rangeOf(found, range), found) : found[0];
}

const assignment: Shape = (parts, range) => {
  const untyped = parts.filter(({ type }) => type !== 'type');
  const sides = split(untyped, '=').flatMap((side) => expressionIn(side, range) ?? []);
  const last = sides.at(-1);
  const names = sides.slice(0, -1).slice(-deepestNesting);
  if (!last || names.length === 0) return part('expression_statement', range, sides);
  const whole = names.reduceRight((right, left) => {
    const reach = { start: left.range.start, end: range.end };
    return part('assignment', reach, [...named('left', left), ...named('right', right)]);
  }, last);
  return part('expression_statement', range, [whole]);
};

const update: Shape = (parts, range) => {
  const at = parts.findIndex(({ isToken }) => isToken);
  const children = [
    ...named('left', expressionIn(parts.slice(0, Math.max(at, 0)), range)),
    ...named('operator', parts[at]),
    ...named('right', expressionIn(parts.slice(at + 1), range)),
  ];
  return part('expression_statement', range, [part('augmented_assignment', range, children)]);
};

const definition =
  (type: string): Shape =>
  (parts, range) => {
    const inner = codeIn(parts);
    const fields = new Map([
      ['identifier', 'name'],
      ['parameters', 'parameters'],
      ['argument_list', 'superclasses'],
      ['block', 'body'],
    ]);
    const kept = inner.filter((node) => fields.has(node.type));
    for (const node of kept) node.field = fields.get(node.type);
    return part(type, range, kept);
  };

const arguments_: Shape = (parts, range) => {
  const isGenerator = parts.some(({ isToken, type }) => isToken && type === 'for');
  return (isGenerator ? comprehension('generator_expression') : argumentList)(parts, range, '');
};
const argumentList = listOf('argument_list', 'keyword_argument');

function comprehension(type: string): Shape {
  return (parts, range) => {
    const [body, ...others] = codeIn(parts);
    return part(type, range, [...named('body', body), ...others]);
  };
}

const call: Shape = (parts, range) => {
  const [callee, given] = codeIn(parts);
  return part('call', range, [...named('function', callee), ...named('arguments', given)]);
};

const member: Shape = (parts, range) => {
  const [object, ...others] = codeIn(parts);
  if (parts.some(({ isToken, type }) => isToken && type === '.')) {
    return part('attribute', range, [
      ...named('object', object),
      ...named('attribute', others.at(-1)),
    ]);
  }
  return part('subscript', range, [
    ...named('value', object),
    ...others.flatMap((node) => named('subscript', node)),
  ]);
};

/** `@click.option("--w")`, whose names lie side by side in the parser's tree. */
const decorator: Shape = (parts, range) => {
  const inner = codeIn(parts);
  const given = inner.find(({ type }) => type === 'argument_list');
  const names = inner.filter(({ type }) => type === 'identifier');
  const [first, ...others] = names.slice(-deepestNesting);
  if (!first) return part('decorator', range, inner);
  const callee = others.reduce((object, attribute) => {
    const reach = { start: object.range.start, end: attribute.range.end };
    const children = [...named('object', object), ...named('attribute', attribute)];
    return part('attribute', reach, children);
  }, first);
  if (!given) return part('decorator', range, [callee]);
  const reach = { start: callee.range.start, end: given.range.end };
  return part('decorator', range, [call([callee, given], reach, '')]);
};

const binary: Shape = (parts, range, text) => {
  const [left, right] = codeIn(parts);
  const operator = parts.find(({ isToken }) => isToken);
  const type = binaryTypes.get(operator?.type ?? '') ?? 'binary_operator';
  return part(type, range, [
    ...named('left', left),
    ...named(
      'operator',
      operator && token(text.slice(operator.range.start, operator.range.end), operator.range),
    ),
    ...named('right', right),
  ]);
};

const binaryTypes = new Map([
  ...['and', 'or'].map((word) => [word, 'boolean_operator'] as const),
  ...['<', '>', '==', '>=', '<=', '!=', '<>', 'in', 'not', 'is'].map(
    (word) => [word, 'comparison_operator'] as const,
  ),
]);

const unary: Shape = (parts, range) => {
  const operator = parts.find(({ isToken }) => isToken);
  const type = operator?.type === 'not' ? 'not_operator' : 'unary_operator';
  const children = [...named('operator', operator), ...named('argument', codeIn(parts)[0])];
  return part(type, range, children);
};

const result: Shape = (parts, range) => {
  const value = expressionIn(
    parts.filter(({ isToken, type }) => !(isToken && type === 'return')),
    range,
  );
  return part('return_statement', range, value ? [value] : []);
};

const expressionStatement: Shape = (parts, range) =>
  part('expression_statement', range, elements(parts, 'other'));

const boolean: Shape = (_parts, range, text) =>
  part(text[range.start] === 'T' ? 'true' : 'false', range, []);

const shapes: ReadonlyMap<string, Shape> = new Map<string, Shape>([
  ['ArgList', arguments_],
  ['ArrayComprehensionExpression', comprehension('list_comprehension')],
  ['ArrayExpression', listOf('list', 'other')],
  ['AssertStatement', plain('other_statement')],
  ['AssignStatement', assignment],
  ['AwaitExpression', plain('await')],
  ['BinaryExpression', binary],
  ['Body', plain('block')],
  ['Boolean', boolean],
  ['CallExpression', call],
  ['ClassDefinition', definition('class_definition')],
  ['Comment', plain('comment')],
  ['ComprehensionExpression', comprehension('generator_expression')],
  ['ConditionalExpression', plain('conditional_expression')],
  ['ContinuedString', plain('concatenated_string')],
  ['DecoratedStatement', plain('decorated_definition')],
  ['Decorator', decorator],
  ['DictionaryComprehensionExpression', comprehension('dictionary_comprehension')],
  ['DictionaryExpression', listOf('dictionary', 'other')],
  ['ExpressionStatement', expressionStatement],
  ['ForStatement', plain('loop_statement')],
  ['FormatString', plain('string')],
  ['FunctionDefinition', definition('function_definition')],
  ['IfStatement', plain('if_statement')],
  ['LambdaExpression', plain('lambda')],
  ['MatchBody', plain('block')],
  ['MatchClause', plain('case_clause')],
  ['MatchStatement', plain('match_statement')],
  ['MemberExpression', member],
  ['None', plain('none')],
  ['Number', plain('number')],
  ['ParamList', listOf('parameters', 'default_parameter')],
  ['ParenthesizedExpression', plain('parenthesized_expression')],
  ['PropertyName', plain('identifier')],
  ['ReturnStatement', result],
  ['Script', plain('module')],
  ['SetExpression', listOf('set', 'other')],
  ['String', plain('string')],
  ['TryStatement', plain('try_statement')],
  ['TupleExpression', listOf('tuple', 'other')],
  ['TypeDef', plain('type')],
  ['UnaryExpression', unary],
  ['UpdateStatement', update],
  ['VariableName', plain('identifier')],
  ['WhileStatement', plain('loop_statement')],
  ['WithStatement', plain('with_statement')],
  ['⚠', plain('ERROR')],
]);
