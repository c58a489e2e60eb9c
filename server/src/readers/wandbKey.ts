import { ProtoWalker } from './protoWire.ts';

/** What the key of an item stands for. */
export interface WandbKey {
  /** The parts of a nested key, joined by dots. */
  readonly name: string;
  /** Keys that begin with an underscore are the writer's own. */
  readonly role: 'internal' | 'metric' | 'step' | 'time';
  /** Where the last part of the key is `_type`: how the names beside it begin. */
  readonly mediaPrefix: string | undefined;
}

/** Decodes the fields of a message that hold the key of an item. */
export function decodeWandbKey(fields: Uint8Array): WandbKey {
  const parts: string[] = [];
  const walker = new ProtoWalker(fields);
  while (walker.next()) {
    const isKey = walker.field === keyField || walker.field === nestedKeyField;
    if (isKey) parts.push(decoder.decode(walker.contents));
  }
  const name = parts.join('.');
  const isType = parts.length > 1 && parts.at(-1) === '_type';
  return {
    name,
    role: roleOf(name),
    mediaPrefix: isType ? name.slice(0, -'_type'.length) : undefined,
  };
}

const keyField = 1;
const nestedKeyField = 2;
const decoder = new TextDecoder();

function roleOf(name: string): WandbKey['role'] {
  if (name === '_step') return 'step';
  if (name === '_timestamp') return 'time';
  return name === '' || name.startsWith('_') ? 'internal' : 'metric';
}
