import { relative, sep } from 'node:path';

import type { DiscoveredRun } from '../ingest/runLoader.ts';
import type { RunRecord } from '../model/run.ts';

/** A run that the session knows: one that was started here, one whose logs were found, or both. */
export interface KnownRun {
  /** Absolute path of its folder or file; names the run in the store and in messages. */
  readonly id: string;
  readonly name: string;
  /** Absolute path of the config it was started from, for runs that were started here. */
  readonly configPath: string | undefined;
  readonly record: RunRecord | undefined;
  readonly discovered: DiscoveredRun | undefined;
  /** Milliseconds since the Unix epoch: start, or for watched logs the last change. */
  readonly time: number;
}

/** True where `path` is `parent` or lies below it. */
export function isInside(path: string, parent: string): boolean {
  const way = relative(parent, path);
  return way === '' || (!way.startsWith('..') && !way.startsWith(sep) && !/^[A-Za-z]:/.test(way));
}

/** Newest first. */
export function byTime(a: KnownRun, b: KnownRun): number {
  return b.time - a.time || (a.id < b.id ? 1 : -1);
}
