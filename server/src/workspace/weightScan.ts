import { dirname, join } from 'node:path';

import { type CancellationToken, createCheckpoint } from '../base/cancellation.ts';
import { LineIndex } from '../base/lineIndex.ts';
import { discoverTerms } from '../discovery/discoverTerms.ts';
import { readProjectFile } from '../discovery/readProjectFile.ts';
import { projectFileName } from '../model/projectFile.ts';
import { configLanguages } from '../syntax/registry.ts';
import type { WorkspaceFiles } from './files.ts';
import { isInside } from './knownRun.ts';
import { parseInTurns } from './parseInTurns.ts';
import { walkFiles } from './walkFiles.ts';
import { maySetWeights, weightFilesOf } from './weightFiles.ts';

/** A loss weight in a file. */
export interface ScannedWeight {
  readonly name: string;
  /** Absent where it is no number. */
  readonly weight?: number | undefined;
  /** From 0. */
  readonly line: number;
}

/** A file that holds loss weights. */
export interface ScannedConfig {
  /** Absolute. */
  readonly path: string;
  /** The first of them: there can be hundreds, and nobody reads a list of these. */
  readonly weights: readonly ScannedWeight[];
  /** How many more there are. */
  readonly others: number;
}

/** What was looked at. */
export interface ScanExtent {
  readonly files: number;
  /** True where there are more files than are looked at. */
  readonly isCut: boolean;
}

export interface ScanResult extends ScanExtent {
  /** In the order of the walk. */
  readonly configs: readonly ScannedConfig[];
  /** Why the search came to no end; absent where it did. */
  readonly problem?: string;
}

/** Finds the files below a folder that set loss weights: here, or in a thread of its own. */
export interface WeightScanner {
  /**
   * @param top absolute
   * @param excludes globs of files and folders to leave out, as in the editor's `files.exclude`
   * @throws CancelledError when cancelled
   */
  scan(top: string, excludes: readonly string[], token: CancellationToken): Promise<ScanResult>;
}

/** What is known of a file of a certain age and size. */
interface Scanned {
  readonly size: number;
  readonly modifiedAt: number;
  readonly found: Omit<ScannedConfig, 'path'>;
}

/** Longer files are data or were generated. In bytes. */
const longestFile = 1024 * 1024;
const mostFiles = 50_000;
const mostWeights = 6;
const noWeights = { weights: [], others: 0 };
/** In every name that a recognizer goes by there is one of these; most files of a workspace have none. */
const hints = [
  /loss|criteri|objective|weight|lam|coef|kl|beta|gamma|alpha|scale|factor|\b[cw][_-]|[_-]wt?\b/i,
];
/** In a program `lambda` is a word of the language, and factors and scales are everywhere. */
const programHints = [
  /loss|criteri|objective|penalt|regulari|elbo|err_|_err|err[dg]\b|vae|quantiz/i,
  /weight|coef|lambd_|lambda[_a-z\d]|lambda (?:of|for)|_lambd|\blam_|_lam\b/i,
  /strength|multiplier|beta|\balpha_|\b[cw]_|_wt?\b|kl_|_kl/i,
];

/** Remembers the files that have not changed. */
export class WeightScan implements WeightScanner {
  readonly #files: WorkspaceFiles;
  readonly #known = new Map<string, Scanned>();

  constructor(files: WorkspaceFiles) {
    this.#files = files;
  }

  async scan(
    top: string,
    excludes: readonly string[],
    token: CancellationToken,
  ): Promise<ScanResult> {
    const configs: ScannedConfig[] = [];
    const extent = await this.search(top, excludes, (config) => configs.push(config), token);
    return { configs, ...extent };
  }

  /**
   * Looks at every file of a language of configs that is not left out, and tells of those that set
   * weights as it comes upon them. Others get their turn between two files, and within a long program.
   * @throws CancelledError when cancelled
   */
  async search(
    top: string,
    excludes: readonly string[],
    tell: (config: ScannedConfig) => void,
    token: CancellationToken,
  ): Promise<ScanExtent> {
    const checkpoint = createCheckpoint(token);
    const before = [...this.#known].filter(([path]) => isInside(path, top));
    const seen = new Set<string>();
    const projects = new ProjectsAround(this.#files, top);
    for await (const path of walkFiles(this.#files, { top, excludes, wants: mayHoldWeights })) {
      if (seen.size >= mostFiles) return { files: seen.size, isCut: true };
      seen.add(path);
      await checkpoint();
      const found = await this.#weightsOf(path, token);
      if (found.weights.length > 0 && (await projects.letSpeak(path))) tell({ path, ...found });
    }
    for (const [path] of before) if (!seen.has(path)) this.#known.delete(path);
    return { files: seen.size, isCut: false };
  }

  async #weightsOf(path: string, token: CancellationToken): Promise<Scanned['found']> {
    const facts = await this.#files.facts(path);
    if (!facts || facts.size > longestFile) return noWeights;
    const known = this.#known.get(path);
    if (known?.modifiedAt === facts.modifiedAt && known.size === facts.size) return known.found;
    const text = await this.#files.readText(path, longestFile);
    const likely = /\.pyi?$/i.test(path) ? programHints : hints;
    const found =
      text !== undefined && likely.some((hint) => hint.test(text))
        ? await readWeights(path, text, token)
        : noWeights;
    this.#known.set(path, { ...facts, found });
    return found;
  }
}

/** What each `counterweight.yaml` below a folder names as the files that set the weights. */
class ProjectsAround {
  readonly #files: WorkspaceFiles;
  readonly #top: string;
  /** By folder. */
  readonly #named = new Map<string, Promise<readonly string[] | undefined>>();

  constructor(files: WorkspaceFiles, top: string) {
    this.#files = files;
    this.#top = top;
  }

  async letSpeak(path: string): Promise<boolean> {
    return maySetWeights(path, await this.#namedFor(dirname(path)));
  }

  #namedFor(folder: string): Promise<readonly string[] | undefined> {
    const known = this.#named.get(folder) ?? this.#read(folder);
    this.#named.set(folder, known);
    return known;
  }

  /** The nearest one upwards counts alone. */
  async #read(folder: string): Promise<readonly string[] | undefined> {
    const path = join(folder, projectFileName);
    const text = await this.#files.readText(path, longestFile);
    if (text !== undefined) {
      return weightFilesOf(this.#files, path, readProjectFile(text).project);
    }
    const above = dirname(folder);
    return folder === this.#top || folder === above ? undefined : this.#namedFor(above);
  }
}

/** A `counterweight.yaml` speaks of losses, but sets no weight. */
function mayHoldWeights(name: string): boolean {
  const lower = name.toLowerCase();
  if (lower === projectFileName) return false;
  return configLanguages.some(({ extensions }) => extensions.some((end) => lower.endsWith(end)));
}

async function readWeights(
  path: string,
  text: string,
  token: CancellationToken,
): Promise<Scanned['found']> {
  const document = await parseInTurns(path, text, token);
  if (!document) return noWeights;
  const lines = new LineIndex(text);
  const terms = discoverTerms(document);
  const weights = terms.slice(0, mostWeights).map(({ name, weight, valueRange }) => ({
    name,
    weight,
    line: lines.positionAt(valueRange.start).line,
  }));
  return { weights, others: terms.length - weights.length };
}
