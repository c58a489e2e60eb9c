import { dirname, join, relative, resolve } from 'node:path';

import { fail, type Result, succeed } from '../base/result.ts';
import type { TextChange } from '../base/textRange.ts';
import { projectFileName } from '../model/projectFile.ts';
import { appendItem } from '../syntax/appendItem.ts';
import { type ConfigDocument, findNode } from '../syntax/configTree.ts';
import { yaml } from '../syntax/languages/yaml.ts';
import { setValues } from '../syntax/setValues.ts';
import type { ConfigView } from './configView.ts';
import { isInside } from './knownRun.ts';
import type { Session } from './session.ts';

/** What a person says of a config that could not be found out, or was found out wrongly. */
export type Correction =
  | { readonly kind: 'metric'; readonly term: string; readonly metric: string }
  /** `path` is absolute. */
  | { readonly kind: 'logs'; readonly path: string };

/** A change of `counterweight.yaml`, for the editor to make, so that it can be undone. */
export interface ProjectEdit {
  /** Absolute. */
  readonly path: string;
  /** The text as it stands; undefined where the file is to be made. */
  readonly text: string | undefined;
  readonly change: TextChange;
}

/** Writes a correction into the `counterweight.yaml` that speaks for a config, or one beside it. */
export async function correctBinding(
  session: Session,
  { file, found }: ConfigView,
  correction: Correction,
): Promise<Result<ProjectEdit>> {
  const path = found?.path ?? join(dirname(file.path), projectFileName);
  const text = await session.projectText(path);
  const place = { folder: dirname(path), workspaceFolder: session.folderOf(file.path) };
  const corrected = correctText(text ?? '', place, correction);
  if (!corrected.ok) return fail(`${path}: ${corrected.error}`);
  return succeed({ path, text, change: changeBetween(text ?? '', corrected.value) });
}

/** Where a `counterweight.yaml` lies; both absolute. */
export interface ProjectPlace {
  readonly folder: string;
  /** What lies in it moves with the file, to another machine too. */
  readonly workspaceFolder: string | undefined;
}

/** The text of a `counterweight.yaml` that says so; comments and layout stay. */
export function correctText(
  text: string,
  place: ProjectPlace,
  correction: Correction,
): Result<string> {
  const document = yaml.parse(text);
  const broken = document.problems.find(({ severity }) => severity === 'error');
  if (broken) return fail(`It has to be mended first. ${broken.message}`);
  if (document.root && document.root.kind !== 'mapping') return fail('It holds no keys.');
  if (correction.kind === 'metric') return setMetric(document, correction);
  return isListed(document, place.folder, correction.path)
    ? succeed(text)
    : appendItem(text, 'logs', pathFrom(place, correction.path));
}

/** Whether a folder is one of the `logs` already, however it is written there. */
function isListed({ root }: ConfigDocument, folder: string, path: string): boolean {
  const list = findNode(root, ['logs']);
  if (list?.kind !== 'sequence') return false;
  return list.items.some(
    (item) =>
      item.kind === 'scalar' &&
      typeof item.value === 'string' &&
      resolve(folder, item.value) === resolve(path),
  );
}

function setMetric(
  document: ConfigDocument,
  { term, metric }: Extract<Correction, { kind: 'metric' }>,
): Result<string> {
  for (const path of [['terms'], ['terms', term]]) {
    const node = findNode(document.root, path);
    const isTaken =
      node && node.kind !== 'mapping' && !(node.kind === 'scalar' && node.value === null);
    if (isTaken)
      return fail(`${path.join('.')} holds something else than keys; nothing was changed.`);
  }
  return setValues(document, [{ path: ['terms', term, 'metric'], value: metric }]);
}

/** With `/`, as people write it on every system. */
function pathFrom({ folder, workspaceFolder = folder }: ProjectPlace, path: string): string {
  if (!isInside(path, folder) && !isInside(path, workspaceFolder)) return path;
  return relative(folder, path).replaceAll('\\', '/') || '.';
}

/** One change from the first character that differs to the last. */
function changeBetween(before: string, after: string): TextChange {
  const shortest = Math.min(before.length, after.length);
  let start = 0;
  while (start < shortest && before[start] === after[start]) start += 1;
  let same = 0;
  while (same < shortest - start && before.at(-1 - same) === after.at(-1 - same)) same += 1;
  return {
    range: { start, end: before.length - same },
    newText: after.slice(start, after.length - same),
  };
}
