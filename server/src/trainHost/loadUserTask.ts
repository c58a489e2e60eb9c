import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { fail, type Result, succeed } from '../base/result.ts';
import type { FilePlace } from '../model/filePlace.ts';
import type { Task } from '../training/task.ts';
import {
  type ModuleSource,
  mistakeAt,
  placeInStack,
  TaskMistake,
} from '../training/userTask/taskMistake.ts';
import { inWords, readTaskModule } from '../training/userTask/taskModule.ts';
import { taskCopyName } from '../training/userTask/taskModuleName.ts';
import { createUserTask } from '../training/userTask/userTask.ts';
import { libraryImport, loadingMistake, missingImport } from './loadingMistake.ts';

/** Why a run cannot go on, and where in the user's files where that is known. */
export interface RunFailure {
  readonly reason: string;
  readonly place?: FilePlace;
}

/**
 * Loads the user's own task with Node.js, which strips its types. This process serves one run, so
 * what is loaded is never older than the run.
 *
 * @param runFolder holds the module's text as it was when the run was asked for: a run that waited,
 *   or is resumed, trains with that or not at all
 */
export async function loadUserTask(
  path: string,
  runFolder: string,
): Promise<Result<Task, RunFailure>> {
  const name = basename(path);
  const text = readText(path);
  if (text === undefined) return fail({ reason: `${path} cannot be read; task names it.` });
  const copy = taskCopyName(path);
  const kept = readText(join(runFolder, copy));
  if (kept !== text) {
    return fail({
      reason: `${name} is no longer what it was when this run was asked for; ${copy} in the folder of the run has its text of then. Start a new run, or put that text back.`,
    });
  }
  const source = { path, text };
  const library = libraryImport(text);
  if (library) return fail(failureOf(mistakeAt(source, library.line, library.said)));
  const exports = await importModule(source);
  if (!exports.ok) return exports;
  const module = readTaskModule(exports.value, source);
  if (!module.ok) return fail(failureOf(module.error));
  const digest = createHash('sha256').update(text).digest('hex').slice(0, 12);
  return succeed(createUserTask(module.value, source, { name, digest: `${name} ${digest}` }));
}

export function failureOf({ message, place }: TaskMistake): RunFailure {
  return { reason: message, place };
}

async function importModule(
  source: ModuleSource,
): Promise<Result<Readonly<Record<string, unknown>>, RunFailure>> {
  try {
    return succeed({ ...(await import(pathToFileURL(source.path).href)) });
  } catch (error) {
    const { message, stack = '' } =
      error instanceof Error ? error : new Error(`It threw ${inWords(error)}.`);
    const missing = missingImport(error);
    if (missing) {
      const importer = missing.importer ?? source.path;
      const place = { path: importer, line: missing.lineIn(readText(importer) ?? '') };
      return fail(failureOf(new TaskMistake(place, missing.said)));
    }
    const place = placeInStack(stack) ?? placeOfSyntaxError(error, source);
    return fail(
      failureOf(
        new TaskMistake(place ?? { path: source.path, line: 1 }, loadingMistake(error, message)),
      ),
    );
  }
}

/** V8 tells no place of a syntax error in plain JavaScript; what strips types from TypeScript does. */
function placeOfSyntaxError(error: unknown, { path, text }: ModuleSource): FilePlace | undefined {
  if (!(error instanceof SyntaxError)) return undefined;
  try {
    stripTypeScriptTypes(text, { sourceUrl: path });
  } catch (stripped) {
    return stripped instanceof Error ? placeInStack(stripped.stack ?? '') : undefined;
  }
  return undefined;
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
