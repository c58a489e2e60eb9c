import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { FilePlace } from '../../model/filePlace.ts';
import { UntraceableError } from '../backends/compiled/kernelEmitter.ts';

/** The file of a user's task. */
export interface ModuleSource {
  /** Absolute path. */
  readonly path: string;
  readonly text: string;
}

/**
 * Something is wrong with the user's own task, whatever the backend: the message begins with file
 * and line, as `my-task.ts:12:9: …`.
 */
export class TaskMistake extends Error {
  override readonly name = 'TaskMistake';
  readonly place: FilePlace;

  constructor(place: FilePlace, said: string) {
    const column = place.column === undefined ? '' : `:${place.column}`;
    super(`${basename(place.path)}:${place.line}${column}: ${said}`);
    this.place = place;
  }
}

/** A mistake at the line of the source that speaks of something; see `lineOfExport`, `lineOfName`. */
export function mistakeAt({ path }: ModuleSource, line: number, said: string): TaskMistake {
  return new TaskMistake({ path, line }, said);
}

/**
 * What the user's function `name` threw, at the line of the user's that threw it or called what did.
 * What only this backend cannot do is handed on as it is: another backend may take the step.
 */
export function mistakeIn(name: string, error: unknown, source: ModuleSource): unknown {
  if (error instanceof TaskMistake || isOfBackend(error)) return error;
  const text = error instanceof Error ? error.message : `It threw ${String(error)}.`;
  const place = error instanceof Error ? placeInStack(error.stack ?? '') : undefined;
  const otherwise = { path: source.path, line: lineOfName(source.text, name) };
  return new TaskMistake(place ?? otherwise, `in ${name}(): ${text}`);
}

function isOfBackend(error: unknown): boolean {
  if (error instanceof UntraceableError) return true;
  return error instanceof Error && /^Kernel '\w+' not registered/.test(error.message);
}

/** The nearest frame of a stack in a module of the user's: no package, and not our own bundle. */
export function placeInStack(stack: string): FilePlace | undefined {
  for (const line of stack.split('\n')) {
    const match = /(?:^|[\s(])(file:\/\/\/.+?|(?:\/|[A-Za-z]:[\\/]).+?):(\d+)(?::(\d+))?\)?$/.exec(
      line,
    );
    const [, file = '', row, column] = match ?? [];
    const path = file.startsWith('file:') ? fileURLToPath(file) : file;
    if (!/\.m?[jt]s$/.test(path) || /[\\/]node_modules[\\/]/.test(path)) continue;
    return { path, line: Number(row), ...(column === undefined ? {} : { column: Number(column) }) };
  }
  return undefined;
}

/** The line, counted from 1, that exports a name; 1 where none does. */
export function lineOfExport(text: string, name: string): number {
  const declared = new RegExp(
    String.raw`^[ \t]*export\s+(?:async\s+)?(?:const|let|var|function\*?|class)\s+${name}\b`,
    'm',
  );
  return lineAt(text, declared.exec(text)?.index ?? 0);
}

/**
 * The line, counted from 1, at which an object or a function is given a name, as in `data: …`,
 * `data,` or `data(`: the first behind `after`, where that is named at all. 1 where there is none.
 */
export function lineOfName(text: string, name: string, after?: string): number {
  const start = after === undefined ? 0 : (namedAt(text, after, 0) ?? 0);
  return lineAt(text, namedAt(text, name, start) ?? start);
}

function namedAt(text: string, name: string, from: number): number | undefined {
  const key = new RegExp(String.raw`(?<![\w.$])["']?${name}["']?\s*[:(,}=]`, 'g');
  key.lastIndex = from;
  return key.exec(text)?.index;
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}
