import { invariant } from '../base/invariant.ts';
import { fail, type Result, succeed } from '../base/result.ts';

type Shape = readonly number[];
type Pattern = readonly (string | number)[];

/** The extents of dimensions by name; that of `...` is the product of what it stands for. */
export type Dimensions = Readonly<Record<string, number>>;

/** What the names in the patterns of some inputs stand for: `...` for a list, others for one extent. */
export type BoundShapes = ReadonlyMap<string, Shape>;

/** The extent of a dimension that the loss declares. */
export function extentOf(dimensions: Dimensions, name: string): number {
  const extent = dimensions[name];
  invariant(extent !== undefined, `the loss has a dimension ${name}`);
  return extent;
}

/** Finds what the names stand for. The error names the input and both shapes. */
export function bindShapes(
  patterns: Readonly<Record<string, { readonly shape: Pattern }>>,
  shapes: Readonly<Record<string, Shape>>,
): Result<BoundShapes> {
  const stranger = Object.keys(shapes).find((name) => patterns[name] === undefined);
  if (stranger !== undefined) {
    return fail(`has no input ${stranger}; it has ${Object.keys(patterns).join(', ')}`);
  }
  const bound = new Map<string, Binding>();
  for (const [input, { shape: pattern }] of Object.entries(patterns)) {
    const shape = shapes[input];
    if (shape === undefined) return fail(`needs the input ${input} of shape ${show(pattern)}`);
    const parts = matchShape(pattern, shape);
    if (parts === undefined) {
      return fail(`takes ${input} of shape ${show(pattern)}, not ${show(shape)}`);
    }
    const disagreement = bindParts(bound, parts, input);
    if (disagreement !== undefined) return fail(`${disagreement} of shape ${show(shape)}`);
  }
  return succeed(new Map([...bound].map(([name, { extents }]) => [name, extents])));
}

interface Binding {
  readonly extents: Shape;
  /** Where the name was first met. */
  readonly input: string;
}

/** Adds what the names of one input stand for; says where they stood for something else before. */
function bindParts(
  bound: Map<string, Binding>,
  parts: readonly (readonly [string, Shape])[],
  input: string,
): string | undefined {
  for (const [name, extents] of parts) {
    const earlier = bound.get(name);
    if (!earlier) bound.set(name, { extents, input });
    else if (!sameShape(earlier.extents, extents)) {
      return `takes inputs that agree in ${name}, which is ${show(earlier.extents)} in ${earlier.input} and ${show(extents)} in ${input}`;
    }
  }
  return undefined;
}

export function toDimensions(bound: BoundShapes): Dimensions {
  return Object.fromEntries(
    [...bound].map(([name, extents]) => [
      name,
      extents.reduce((product, extent) => product * extent, 1),
    ]),
  );
}

/** The first dimension but `batch` in which two bindings differ, in words. */
export function describeChange(first: BoundShapes, second: BoundShapes): string | undefined {
  for (const [name, extents] of first) {
    const now = second.get(name) ?? [];
    if (name === 'batch' || sameShape(extents, now)) continue;
    return `was made for ${name} ${show(extents)}, not ${show(now)}`;
  }
  return undefined;
}

/** Names with the extents they stand for; undefined where a shape is not of the pattern or is empty. */
function matchShape(
  pattern: Pattern,
  shape: Shape,
): readonly (readonly [string, Shape])[] | undefined {
  const open = pattern.indexOf('...');
  const free = shape.length - pattern.length + 1;
  const fits = open === -1 ? free === 1 : free >= 0;
  if (!fits || shape.includes(0)) return undefined;
  let next = 0;
  const parts = pattern.map((part, index) => {
    const start = next;
    next += index === open ? free : 1;
    return [part, shape.slice(start, next)] as const;
  });
  if (parts.some(([part, [extent]]) => typeof part === 'number' && part !== extent))
    return undefined;
  return parts.flatMap(([part, extents]) => (typeof part === 'string' ? [[part, extents]] : []));
}

function sameShape(first: Shape, second: Shape): boolean {
  return first.length === second.length && first.every((extent, index) => extent === second[index]);
}

function show(shape: Pattern): string {
  return `[${shape.join(', ')}]`;
}
