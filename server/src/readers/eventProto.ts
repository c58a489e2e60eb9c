import { ProtoWalker, wireType } from './protoWire.ts';

/** What a log reader wants to know of one `tensorflow.Event`. */
export interface EventRecord {
  /** Seconds since the Unix epoch. */
  readonly wallTime: number;
  readonly step: number;
  /** `brain.Event:2` in the first record of a file. */
  readonly fileVersion: string | undefined;
  /** True for the mark that a restarted writer leaves. */
  readonly isSessionStart: boolean;
  readonly values: readonly SummaryValue[];
}

/** One `Summary.Value`: a name with a number, a tensor, or something that is neither. */
export interface SummaryValue {
  readonly tag: string;
  /** The float32 of `simple_value`, widened. */
  readonly simple: number | undefined;
  /** The encoded `TensorProto`. */
  readonly tensor: Uint8Array | undefined;
  /** Name of the plugin in the value's metadata, where it has metadata. */
  readonly plugin: string | undefined;
}

// Field numbers: tensorflow/core/util/event.proto and tensorflow/core/framework/summary.proto.
const eventField = { wallTime: 1, step: 2, fileVersion: 3, summary: 5, sessionLog: 7 } as const;
const bulkFields: ReadonlySet<number> = new Set([4, 8, 9]);
const valueField = { tag: 1, simple: 2, tensor: 8, metadata: 9 } as const;
const sessionLogStart = 1;

/** Reads an event; undefined where the bytes are not a protobuf message. */
export function decodeEvent(data: Uint8Array): EventRecord | undefined {
  const draft: EventDraft = {
    wallTime: 0,
    step: 0,
    fileVersion: undefined,
    isSessionStart: false,
    values: [],
    isSound: true,
  };
  const walker = new ProtoWalker(data);
  while (walker.next()) takeField(walker, draft);
  return walker.failed || !draft.isSound ? undefined : draft;
}

interface EventDraft {
  wallTime: number;
  step: number;
  fileVersion: string | undefined;
  isSessionStart: boolean;
  readonly values: SummaryValue[];
  isSound: boolean;
}

function takeField(walker: ProtoWalker, draft: EventDraft): void {
  switch (walker.field) {
    case eventField.wallTime:
      draft.wallTime = walker.float64;
      break;
    case eventField.step:
      draft.step = walker.integer;
      break;
    case eventField.fileVersion:
      draft.fileVersion = decodeText(walker.contents);
      break;
    case eventField.summary:
      draft.isSound = decodeSummary(walker.contents, draft.values) && draft.isSound;
      break;
    case eventField.sessionLog:
      draft.isSessionStart = isStart(walker.contents);
      break;
  }
}

/**
 * Whether a record is only a graph or run metadata, told from its first bytes, so that megabytes
 * need not be decoded; undefined while there are too few bytes to tell.
 */
export function isBulkEvent(data: Uint8Array, extent: 'whole' | 'prefix'): boolean | undefined {
  const at = afterTimeAndStep(data);
  const key = data[at];
  if (key === undefined) return extent === 'whole' ? false : undefined;
  return bulkFields.has(key >> 3) && (key & 7) === wireType.bytes;
}

/** The index behind the wall time and the step, which come first in every event. */
function afterTimeAndStep(data: Uint8Array): number {
  let at = 0;
  for (;;) {
    if (data[at] === keyOf(eventField.wallTime, wireType.fixed64)) at += 9;
    else if (data[at] === keyOf(eventField.step, wireType.varint)) at = varintEnd(data, at + 1);
    else return at;
  }
}

function keyOf(field: number, wire: number): number {
  return field * 8 + wire;
}

function varintEnd(data: Uint8Array, start: number): number {
  let at = start;
  while ((data[at] ?? 0) >= 0x80) at += 1;
  return at + 1;
}

function isStart(sessionLog: Uint8Array): boolean {
  const walker = new ProtoWalker(sessionLog);
  let status = 0;
  while (walker.next()) if (walker.field === 1) status = walker.integer;
  return status === sessionLogStart;
}

function decodeSummary(summary: Uint8Array, values: SummaryValue[]): boolean {
  const walker = new ProtoWalker(summary);
  while (walker.next()) {
    if (walker.field !== 1) continue;
    const value = decodeValue(walker.contents);
    if (!value) return false;
    values.push(value);
  }
  return !walker.failed;
}

function decodeValue(bytes: Uint8Array): SummaryValue | undefined {
  let tag = '';
  let simple: number | undefined;
  let tensor: Uint8Array | undefined;
  let plugin: string | undefined;
  const walker = new ProtoWalker(bytes);
  while (walker.next()) {
    if (walker.field === valueField.tag) tag = decodeText(walker.contents);
    else if (walker.field === valueField.simple) simple = walker.float32;
    else if (walker.field === valueField.tensor) tensor = walker.contents;
    else if (walker.field === valueField.metadata) plugin = pluginName(walker.contents);
  }
  return walker.failed ? undefined : { tag, simple, tensor, plugin };
}

/** `SummaryMetadata.plugin_data.plugin_name`; empty where the metadata names no plugin. */
function pluginName(metadata: Uint8Array): string {
  const outer = new ProtoWalker(metadata);
  let name = '';
  while (outer.next()) {
    if (outer.field !== 1) continue;
    const inner = new ProtoWalker(outer.contents);
    while (inner.next()) if (inner.field === 1) name = decodeText(inner.contents);
  }
  return name;
}

const decoder = new TextDecoder();

function decodeText(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}
