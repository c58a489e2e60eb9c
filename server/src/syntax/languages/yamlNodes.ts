import { Alias, type Node, Scalar } from 'yaml';

/** What stands before a value: its anchor and its tag. */
export interface Properties {
  readonly anchor?: string;
  readonly tag?: string;
}

export function hasAny({ anchor, tag }: Properties): boolean {
  return anchor !== undefined || tag !== undefined;
}

/** Undefined for a second anchor, and a tag or anchor of an alias. */
export function withProperties(node: Node, properties: Properties): Node | undefined {
  if (!hasAny(properties)) return node;
  if (node instanceof Alias || (properties.tag && !(node instanceof Scalar))) return undefined;
  if (properties.anchor !== undefined) Object.assign(node, { anchor: properties.anchor });
  if (properties.tag !== undefined) node.tag = properties.tag;
  return node;
}

export function scalar(value: string, type: Scalar.Type, start: number, end: number): Scalar {
  const node = new Scalar<string>(value);
  node.type = type;
  return ranged(node, start, end);
}

export function ranged<T extends Node>(node: T, start: number, end: number): T {
  node.range = [start, end, end];
  return node;
}

export function withoutEscapes(text: string): string {
  return text.includes('\\')
    ? text.replaceAll(/\\(.)/g, (_, character: string) =>
        character === 'n' ? '\n' : character === 't' ? '\t' : character,
      )
    : text;
}
