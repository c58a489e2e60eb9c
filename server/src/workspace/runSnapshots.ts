import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';

import { Emitter } from '../base/emitter.ts';
import type { Logger } from '../base/logger.ts';
import type { ConfigCopy } from '../discovery/configCopy.ts';
import { type Weights, weightsOf } from './configEvidence.ts';
import { type ConfigFile, readConfigFile } from './configFile.ts';
import type { LogRoot } from './configView.ts';
import { otherConfigOf, parseCopies, readCopyTexts } from './copyFiles.ts';
import type { WorkspaceFiles } from './files.ts';
import { isInside, type KnownRun } from './knownRun.ts';
import { ReadingQueue } from './readingQueue.ts';
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

/** Logs of a run whose folders are looked into. */
const mostLogs = 4;
/** Folders above that of the log: TensorBoard's is often one of several in that of the run. */
const mostFoldersUp = 2;
/** A log that has grown for so long may have got a copy beside it, or another training. */
const lookAgainMs = 10_000;

interface Looked {
  copies: readonly ConfigCopy[];
  /** The config beside it that the run was started with instead. */
  other: string | undefined;
  /** Tells whether the texts are still the same. */
  digest: string;
  /** The age of the log when the copies were looked for. */
  readonly modifiedAt: number;
  readonly files: number;
  answer: { readonly file: ConfigFile; readonly copied: CopiedWeights | undefined } | undefined;
}

interface Look {
  readonly run: KnownRun;
  readonly configPath: string;
  readonly folders: readonly string[];
  readonly looked: Looked;
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
  /** What is to be looked at, by its key. */
  readonly #waiting = new Map<string, Look>();
  /** One after the other, so that a folder with thousands of runs holds nobody up. */
  readonly #reading: ReadingQueue;

  /** What is known of the weights of a run is another now. */
  readonly onDidRead = this.#read.event;

  constructor(files: WorkspaceFiles, logger: Logger) {
    this.#files = files;
    this.#reading = new ReadingQueue(logger);
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
    const copied = copiedWeights(file, looked.copies, looked.other);
    const before = looked.answer?.copied;
    const same = before && copied && isSame(before, copied) ? before : copied;
    looked.answer = { file, copied: same };
    return same;
  }

  /** Reads the copy of the config in the folder of a run that was started here, once. */
  lookAtOwn({ id, configPath }: KnownRun): void {
    if (configPath === undefined || this.#own.has(id)) return;
    this.#own.set(id, new Map());
    this.#reading.add(`the config of ${id}`, async () => {
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
    const { copies = [], digest = '', other, answer } = before ?? {};
    const looked = { copies, digest, other, answer, modifiedAt, files: files.length };
    this.#looked.set(key, looked);
    const folders = foldersOf(run, file.path, roots);
    this.#waiting.set(key, { run, configPath: file.path, folders, looked });
    this.#reading.add('copies of configs in runs', () => this.#lookAtNewest());
  }

  /** A run is gone. */
  forget(runId: string): void {
    this.#own.delete(runId);
    for (const key of this.#looked.keys()) {
      if (!key.startsWith(keyOf(runId, ''))) continue;
      this.#looked.delete(key);
      this.#waiting.delete(key);
    }
  }

  /** Resolves when everything that was to be read by now has been. */
  async settled(): Promise<void> {
    await this.#reading.settled();
  }

  /** The newest runs are the ones that hints speak of; those of long ago can wait. */
  async #lookAtNewest(): Promise<void> {
    let [newest] = this.#waiting;
    for (const entry of this.#waiting)
      if (newest && entry[1].run.time > newest[1].run.time) newest = entry;
    if (!newest) return;
    this.#waiting.delete(newest[0]);
    await this.#lookInto(newest[1]);
  }

  async #lookInto({ run, configPath, folders, looked }: Look): Promise<void> {
    const texts = await readCopyTexts(this.#files, folders, configPath);
    const digest = digestOf(texts);
    if (digest === looked.digest) return;
    const copies = await parseCopies(texts);
    looked.other = await otherConfigOf(this.#files, configPath, copies);
    looked.copies = copies;
    looked.digest = digest;
    looked.answer = undefined;
    if (this.#looked.get(keyOf(run.id, configPath)) === looked)
      this.#read.fire({ runId: run.id, configPath });
  }
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
  const logged = (discovered?.files ?? []).slice(0, mostLogs).map(({ path }) => dirname(path));
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
    one.naming === other.naming &&
    one.other === other.other &&
    one.isForeign === other.isForeign
  );
}
