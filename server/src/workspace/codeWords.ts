import { z } from 'zod';

import { type CancellationToken, createCheckpoint } from '../base/cancellation.ts';
import { parseJson } from '../base/parseJson.ts';
import { foldName, namesIn, type ProgramWords, readProgramWords } from '../syntax/programWords.ts';

const programs = /\.(?:py|pyi|pyx|ipynb)$/i;
/** In these, values can refer to keys. */
const referring = /\.ya?ml$/i;
/** What OmegaConf and Jinja put in the place of a reference, to the end of the line. */
const reference = /(?:\$\{|\{\{)[^\n]*/g;

/** Endings of the files whose words count, as globs of editors write them. */
export const codeEndings = ['.py', '.pyi', '.pyx', '.ipynb', '.yaml', '.yml'] as const;

/** True for programs, by the name. */
export function isProgram(path: string): boolean {
  return programs.test(path);
}

/** How much longer a file may be than others: most of a notebook are its pictures. */
export function lengthFactor(path: string): number {
  return isNotebook(path) ? 4 : 1;
}

function isNotebook(path: string): boolean {
  return path.toLowerCase().endsWith('.ipynb');
}

/** True for files in which the key of a config can be named, by the name. */
export function mayNameKeys(path: string): boolean {
  return programs.test(path) || referring.test(path);
}

/**
 * The words of a program, or what a config refers to. Others get their turn meanwhile; throws
 * `CancelledError` when cancelled.
 */
export async function readWordsOf(
  path: string,
  text: string,
  token: CancellationToken,
): Promise<ProgramWords> {
  if (!isProgram(path)) {
    const references = text.match(reference) ?? [];
    return new Set(references.flatMap(namesIn).map(foldName));
  }
  const checkpoint = createCheckpoint(token);
  const steps = readProgramWords(isNotebook(path) ? await codeOf(text, checkpoint) : text);
  let step = steps.next();
  while (!step.done) {
    await checkpoint();
    step = steps.next();
  }
  return step.value;
}

/** Pictures in a notebook, which can make megabytes of a few lines. */
const pictures = /"(?:image|video|audio)\/[^"]*":\s*(?:"[^"]*"|\[[^[\]]*\])/g;
const notebookSchema = z.object({
  cells: z.array(z.object({ source: z.union([z.string(), z.array(z.string())]) })),
});

/** What was written into the cells of a notebook; of one that is damaged, all of it. */
async function codeOf(notebook: string, checkpoint: () => Promise<void>): Promise<string> {
  const withoutPictures = notebook.replace(pictures, '"":0');
  await checkpoint();
  const cells = notebookSchema.safeParse(parseJson(withoutPictures)).data?.cells;
  await checkpoint();
  if (!cells) return withoutPictures.replace(/\\[nrt"]/g, ' ');
  return cells
    .map(({ source }) => (typeof source === 'string' ? source : source.join('')))
    .join('\n');
}
