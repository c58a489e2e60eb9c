import { createHash } from 'node:crypto';
import { basename, dirname, join } from 'node:path';

import { neverCancelled } from '../base/cancellation.ts';
import { Emitter } from '../base/emitter.ts';
import { type ConfigCopy, copiesIn, readConfigCopy } from '../discovery/configCopy.ts';
import { type Weights, weightsOf } from './configEvidence.ts';
import { type ConfigFile, readConfigFile } from './configFile.ts';
import type { LogRoot } from './configView.ts';
import type { WorkspaceFiles } from './files.ts';
import { isInside, type KnownRun } from './knownRun.ts';
import { parseInTurns } from './parseInTurns.ts';
import { type CopiedWeights, copiedWeights } from './runBinding.ts';
import { snapshotName } from './runFolder.ts';

/** A run, and the config that it may be of. */
export interface RunOfConfig {
  readonly runId: string;
  readonly configPath: string;
}

/** A config with the places where its runs appear. */
export interface ConfigPlace {
  readonly file: ConfigFile;
  readonly roots: readonly LogRoot[];
}

/** Longer files are no options that somebody has set. */
const longestCopy = 512 * 1024;
/** Of one run; more are looked at for none. */
const mostCopies = 4;
/** Folders above that of the log: TensorBoard's is often one of several in that of the run. */
const mostFoldersUp = 2;
/** A log that has grown for so long may have got a copy beside it, or another training. */
const lookAgainMs = 10_000;

interface Looked {
  copies: readonly ConfigCopy[];
  /** Tells whether the texts are still the same. */
  digest: string;
  /** The age of the log when the copies were looked for. */
  readonly modifiedAt: number;
  readonly files: number;
  answer: { readonly file: ConfigFile; readonly copied: CopiedWeights | undefined } | undefined;
}

/**
 * The weights that runs were trained with, from the copies of their configs in their folders: the
 * one that is made here, and those that frameworks and loggers write.
 */
export class RunSnapshots {
  readonly #files: WorkspaceFiles;
  readonly #own = new Map<string, Weights>();
  readonly #looked = new Map<string, Looked>();
  readonly #read = new Emitter<RunOfConfig>();
  #reading: Promise<void> = Promise.resolve();

  /** What is known of the weights of a run is another now. */
  readonly onDidRead = this.#read.event;

  constructor(files: WorkspaceFiles) {
    this.#files = files;
  }

  /** The weights of a run, by the names that the terms have in the config. */
  weightsOf(run: KnownRun, file: ConfigFile): Weights | undefined {
    if (run.configPath !== undefined) return this.#own.get(run.id);
    const weights = this.copied(run, file)?.weights;
    return weights && weights.size > 0 ? weights : undefined;
  }

  /** What the copies in the folder of a run of somebody else's say; the same object while it is the same. */
  copied(run: KnownRun, file: ConfigFile): CopiedWeights | undefined {
    const looked = this.#looked.get(keyOf(run.id, file.path));
    if (!looked) return undefined;
    if (looked.answer?.file === file) return looked.answer.copied;
    const copied = copiedWeights(file, looked.copies);
    const before = looked.answer?.copied;
    const same = before && copied && isSame(before, copied) ? before : copied;
    looked.answer = { file, copied: same };
    return same;
  }

  /** Reads the copy of the config in the folder of a run that was started here, once. */
  lookAtOwn({ id, configPath }: KnownRun): void {
    if (configPath === undefined || this.#own.has(id)) return;
    this.#own.set(id, new Map());
    this.#queue(async () => {
      const path = join(id, snapshotName(configPath));
      const text = await this.#files.readText(path);
      if (text === undefined) {
        this.#own.delete(id);
        return;
      }
      this.#own.set(id, weightsOf(readConfigFile('', path, text, undefined)));
      this.#read.fire({ runId: id, configPath });
    });
  }

  /** Looks for copies of the config in the folder of a run that somebody else has started. */
  look(run: KnownRun, { file, roots }: ConfigPlace): void {
    if (run.configPath !== undefined || !run.discovered) return;
    const { modifiedAt, files } = run.discovered;
    const key = keyOf(run.id, file.path);
    const before = this.#looked.get(key);
    const isFresh = before?.files === files.length && modifiedAt < before.modifiedAt + lookAgainMs;
    if (isFresh) return;
    const { copies = [], digest = '', answer } = before ?? {};
    const looked = { copies, digest, answer, modifiedAt, files: files.length };
    this.#looked.set(key, looked);
    this.#queue(() => this.#lookInto(foldersOf(run, file.path, roots), file.path, run.id, looked));
  }

  /** A run is gone. */
  forget(runId: string): void {
    this.#own.delete(runId);
    for (const key of this.#looked.keys()) {
      if (key.startsWith(keyOf(runId, ''))) this.#looked.delete(key);
    }
  }

  /** Resolves when everything that was to be read by now has been. */
  async settled(): Promise<void> {
    await this.#reading;
  }

  /** One after the other, so that a folder with thousands of runs holds nobody up. */
  #queue(read: () => Promise<void>): void {
    this.#reading = this.#reading.then(read);
  }

  async #lookInto(
    folders: readonly string[],
    configPath: string,
    runId: string,
    looked: Looked,
  ): Promise<void> {
    const texts = await this.#textsIn(folders, basename(configPath));
    const digest = digestOf(texts);
    if (digest === looked.digest) return;
    looked.copies = await readCopies(texts);
    looked.digest = digest;
    looked.answer = undefined;
    if (this.#looked.get(keyOf(runId, configPath)) === looked)
      this.#read.fire({ runId, configPath });
  }

  /** The texts of the copies by their paths. */
  async #textsIn(
    folders: readonly string[],
    configName: string,
  ): Promise<ReadonlyMap<string, string>> {
    const texts = new Map<string, string>();
    for (const folder of folders) {
      for (const name of copiesIn(await this.#files.list(folder), configName)) {
        if (texts.size >= mostCopies) return texts;
        const path = join(folder, name);
        const text = await this.#files.readText(path, longestCopy);
        if (text !== undefined) texts.set(path, text);
      }
    }
    return texts;
  }
}

async function readCopies(texts: ReadonlyMap<string, string>): Promise<readonly ConfigCopy[]> {
  const copies: ConfigCopy[] = [];
  for (const [path, text] of texts) {
    const document = await parseInTurns(path, text, neverCancelled);
    if (document?.root) copies.push(readConfigCopy(path, document));
  }
  return copies;
}

/**
 * Where the copies of a run's config may lie, the nearest first: beside its logs and above them, as
 * far as the place where runs were looked for. A folder that holds the config itself is none of a run.
 */
function foldersOf(
  { id, discovered }: KnownRun,
  configPath: string,
  roots: readonly LogRoot[],
): readonly string[] {
  const logged = (discovered?.files ?? []).slice(0, mostCopies).map(({ path }) => dirname(path));
  const starts = new Set([id, ...logged]);
  const folders = [...starts].flatMap((start) => {
    const found = [start];
    for (let up = dirname(start); found.length <= mostFoldersUp; up = dirname(up)) {
      const isRoot = roots.some(({ path, isUsual }) => isUsual && path === up);
      if (isRoot || up === dirname(up) || !roots.some(({ path }) => isInside(up, path))) break;
      found.push(up);
    }
    return found;
  });
  return [...new Set(folders)]
    .filter((folder) => !isInside(configPath, folder))
    .sort((a, b) => b.length - a.length);
}

function keyOf(runId: string, configPath: string): string {
  return `${runId}\0${configPath}`;
}

function digestOf(texts: ReadonlyMap<string, string>): string {
  if (texts.size === 0) return '';
  const hash = createHash('sha1');
  for (const [path, text] of texts) hash.update(`${path}\0${text}\0`);
  return hash.digest('hex');
}

function isSame(one: CopiedWeights, other: CopiedWeights): boolean {
  const alike = [...one.weights].every(([name, value]) =>
    Object.is(other.weights.get(name), value),
  );
  return (
    alike &&
    one.weights.size === other.weights.size &&
    one.copy === other.copy &&
    one.isForeign === other.isForeign
  );
}
