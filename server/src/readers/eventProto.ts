import { BlockView } from './blockView.ts';
import { ByteCache } from './byteCache.ts';
import { ProtoWalker, shortVarint, shortVarintSize } from './protoWire.ts';

/** The name of a metric. */
export interface Tag {
  readonly name: string;
  /** Name of the plugin in the tag's first metadata; undefined while there has been none. */
  plugin: string | undefined;
}

/** One `Summary.Value`: a tag with a number, a tensor, or something that is neither. */
export interface SummaryValue {
  readonly tag: Tag;
  readonly hasSimple: boolean;
  /** The float32 of `simple_value`, widened. */
  readonly simple: number;
  /** Where the encoded `TensorProto` begins and ends; both 0 where there is none. */
  readonly tensorStart: number;
  readonly tensorEnd: number;
  /** Where the encoded `SummaryMetadata` begins and ends; both 0 where there are none. */
  readonly metadataStart: number;
  readonly metadataEnd: number;
}

// Field numbers: tensorflow/core/util/event.proto and tensorflow/core/framework/summary.proto.
const eventField = { wallTime: 1, step: 2, fileVersion: 3, summary: 5, sessionLog: 7 } as const;
const valueField = { tag: 1, simple: 2, tensor: 8, metadata: 9 } as const;
const sessionLogStart = 1;

/**
 * Decodes `tensorflow.Event`s one after another. What it says of one holds until the next: nothing
 * is made anew for each, as files hold millions.
 */
export class EventDecoder {
  readonly #event = new ProtoWalker(nothing);
  readonly #summary = new ProtoWalker(nothing);
  readonly #value = new ProtoWalker(nothing);
  readonly #plugins = new Map<string, string>();
  readonly #tags = new ByteCache<Tag>((bytes) => {
    const name = decoder.decode(bytes);
    return { name, plugin: this.#plugins.get(name) };
  });
  /** Those behind the first `valueCount` are from earlier events, kept to be filled again. */
  readonly #values: ValueDraft[] = [];
  readonly #view = new BlockView();

  /** Seconds since the Unix epoch. */
  wallTime = 0;
  step = 0;
  /** `brain.Event:2` in the first record of a file. */
  fileVersion: string | undefined;
  /** True for the mark that a restarted writer leaves. */
  isSessionStart = false;
  valueCount = 0;

  /** False where the bytes from `start` up to `end` are not a protobuf message. */
  decode(bytes: Uint8Array, start: number, end: number): boolean {
    const walker = this.#event;
    this.wallTime = 0;
    this.step = 0;
    this.fileVersion = undefined;
    this.isSessionStart = false;
    this.valueCount = 0;
    if (this.#takePlain(bytes, start, end)) return true;
    walker.enter(bytes, start, end);
    while (walker.next()) if (!this.#takeField(walker, bytes)) return false;
    return !walker.failed;
  }

  /** The value at an index below `valueCount`. */
  value(index: number): SummaryValue | undefined {
    return this.#values[index];
  }

  /** Remembers the plugin of a tag by its first metadata: later values may come without. */
  learnPlugin(bytes: Uint8Array, { tag, metadataStart, metadataEnd }: SummaryValue): void {
    if (metadataEnd === 0 || tag.plugin !== undefined) return;
    tag.plugin = this.#plugins.get(tag.name) ?? pluginName(bytes, metadataStart, metadataEnd);
    this.#plugins.set(tag.name, tag.plugin);
  }

  /**
   * Nearly every event is a time, a step and one number under one short tag, which needs no walk.
   * False, with nothing taken, where it is anything else.
   */
  #takePlain(bytes: Uint8Array, start: number, end: number): boolean {
    if (end - start < plainBytes || bytes[start] !== plainKey.wallTime) return false;
    let at = start + 9;
    let step = 0;
    if (bytes[at] === plainKey.step) {
      const size = shortVarintSize(bytes, at + 1);
      if (size === 0) return false;
      step = shortVarint(bytes, at + 1, size);
      at += 1 + size;
    }
    const tagEnd = plainTagEnd(bytes, at, end);
    if (tagEnd === 0) return false;
    const view = this.#view.of(bytes);
    const draft = this.#nextDraft();
    this.step = step;
    this.wallTime = view.getFloat64(start + 1, true);
    draft.tag = this.#tags.find(bytes, at + plainHeadBytes, tagEnd);
    draft.hasSimple = true;
    draft.simple = view.getFloat32(tagEnd + 1, true);
    return true;
  }

  #takeField(walker: ProtoWalker, bytes: Uint8Array): boolean {
    switch (walker.field) {
      case eventField.wallTime:
        this.wallTime = walker.float64;
        break;
      case eventField.step:
        this.step = walker.integer;
        break;
      case eventField.fileVersion:
        this.fileVersion = decoder.decode(walker.contents);
        break;
      case eventField.summary:
        return this.#takeSummary(bytes, walker.start, walker.end);
      case eventField.sessionLog:
        this.isSessionStart = isStart(walker.contents);
        break;
    }
    return true;
  }

  #takeSummary(bytes: Uint8Array, start: number, end: number): boolean {
    const walker = this.#summary;
    walker.enter(bytes, start, end);
    while (walker.next()) {
      if (walker.field === 1 && !this.#takeValue(bytes, walker.start, walker.end)) return false;
    }
    return !walker.failed;
  }

  #takeValue(bytes: Uint8Array, start: number, end: number): boolean {
    const walker = this.#value;
    const draft = this.#nextDraft();
    let tagStart = start;
    let tagEnd = start;
    walker.enter(bytes, start, end);
    while (walker.next()) {
      if (walker.field === valueField.tag) {
        tagStart = walker.start;
        tagEnd = walker.end;
      } else takeValueField(walker, draft);
    }
    draft.tag = this.#tags.find(bytes, tagStart, tagEnd);
    return !walker.failed;
  }

  #nextDraft(): ValueDraft {
    const draft = this.#values[this.valueCount] ?? makeDraft();
    this.#values[this.valueCount] = draft;
    this.valueCount += 1;
    draft.hasSimple = false;
    draft.tensorStart = draft.tensorEnd = 0;
    draft.metadataStart = draft.metadataEnd = 0;
    return draft;
  }
}

/** Keys (8 × field + wire type) of the fields of a plain event, in the order of the writers. */
const plainKey = {
  wallTime: 0x09,
  step: 0x10,
  summary: 0x2a,
  value: 0x0a,
  tag: 0x0a,
  simple: 0x15,
};
/** Key and length of the summary, of its one value and of the value's tag. */
const plainHeadBytes = 6;
/** Key and float32 behind the tag. */
const plainTailBytes = 5;
/** Bytes of a plain event without a step and with an empty tag. */
const plainBytes = 9 + plainHeadBytes + plainTailBytes;

/**
 * Index behind the tag of a plain summary, one of a single short value of tag and number, that
 * begins at `at` and fills the event up to `end`; 0 where it is none.
 */
function plainTagEnd(bytes: Uint8Array, at: number, end: number): number {
  const rest = end - at - 2;
  if (rest >= 0x80 || bytes[at] !== plainKey.summary || bytes[at + 1] !== rest) return 0;
  if (bytes[at + 2] !== plainKey.value || bytes[at + 3] !== rest - 2) return 0;
  const tagEnd = end - plainTailBytes;
  const tagStart = at + plainHeadBytes;
  const isTagged = bytes[at + 4] === plainKey.tag && bytes[at + 5] === tagEnd - tagStart;
  return isTagged && bytes[tagEnd] === plainKey.simple ? tagEnd : 0;
}

type ValueDraft = { -readonly [Key in keyof SummaryValue]: SummaryValue[Key] };

function makeDraft(): ValueDraft {
  return {
    tag: noTag,
    hasSimple: false,
    simple: Number.NaN,
    tensorStart: 0,
    tensorEnd: 0,
    metadataStart: 0,
    metadataEnd: 0,
  };
}

function takeValueField(walker: ProtoWalker, draft: ValueDraft): void {
  if (walker.field === valueField.simple) {
    draft.hasSimple = true;
    draft.simple = walker.float32;
  } else if (walker.field === valueField.tensor) {
    draft.tensorStart = walker.start;
    draft.tensorEnd = walker.end;
  } else if (walker.field === valueField.metadata) {
    draft.metadataStart = walker.start;
    draft.metadataEnd = walker.end;
  }
}

function isStart(sessionLog: Uint8Array): boolean {
  const walker = new ProtoWalker(sessionLog);
  let status = 0;
  while (walker.next()) if (walker.field === 1) status = walker.integer;
  return status === sessionLogStart;
}

/** `SummaryMetadata.plugin_data.plugin_name`; empty where the metadata name no plugin. */
function pluginName(bytes: Uint8Array, start: number, end: number): string {
  const outer = new ProtoWalker(bytes, start, end);
  let name = '';
  while (outer.next()) {
    if (outer.field !== 1) continue;
    const inner = new ProtoWalker(outer.contents);
    while (inner.next()) if (inner.field === 1) name = decoder.decode(inner.contents);
  }
  return name;
}

const nothing = new Uint8Array();
const decoder = new TextDecoder();
const noTag: Tag = { name: '', plugin: undefined };
