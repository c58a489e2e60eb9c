import { type CancellationToken, createCheckpoint } from '../base/cancellation.ts';
import { LineIndex } from '../base/lineIndex.ts';
import { discoverTerms } from '../discovery/discoverTerms.ts';
import { projectFileName } from '../model/projectFile.ts';
import { configLanguages } from '../syntax/registry.ts';
import type { WorkspaceFiles } from './files.ts';
import { isInside } from './knownRun.ts';
import { parseInTurns } from './parseInTurns.ts';
import { walkFiles } from './walkFiles.ts';

/** A loss weight in a file. */
export interface ScannedWeight {
  readonly name: string;
  /** Absent where it is no number. */
  readonly weight: number | undefined;
  /** From 0. */
  readonly line: number;
}

/** A file that holds loss weights. */
export interface ScannedConfig {
  /** Absolute. */
  readonly path: string;
  readonly weights: readonly ScannedWeight[];
}

export interface ScanResult {
  /** In the order of the walk. */
  readonly configs: readonly ScannedConfig[];
  /** How many files were looked at. */
  readonly files: number;
  /** True where there are more files than are looked at. */
  readonly isCut: boolean;
}

/** What is known of a file of a certain age and size. */
interface Scanned {
  readonly size: number;
  readonly modifiedAt: number;
  readonly weights: readonly ScannedWeight[];
}

/** Longer files are data, not options; longer programs are libraries or were generated. In bytes. */
const longestFile = 1024 * 1024;
const longestProgram = 192 * 1024;
const mostFiles = 50_000;
/** In every name that a recognizer goes by there is one of these; most files of a workspace have none. */
const hints = /loss|criteri|weight|lambda|coef|kl|beta|gamma|alpha|scale|factor|\bw_/i;
/** In a program `lambda` is a word of the language, and factors and scales are everywhere. */
const programHints = /loss|criteri|weight|lambda[_A-Z\d]|_lambda|coef|kl_|_kl|beta|\bw_/i;

/** Finds the files below a folder that set loss weights, and remembers those that have not changed. */
export class WeightScan {
  readonly #files: WorkspaceFiles;
  readonly #known = new Map<string, Scanned>();

  constructor(files: WorkspaceFiles) {
    this.#files = files;
  }

  /**
   * Looks at every file of a language of configs that is not left out. Others get their turn every 10
   * ms; throws `CancelledError` when cancelled.
   */
  async scan(
    top: string,
    excludes: readonly string[],
    token: CancellationToken,
  ): Promise<ScanResult> {
    const checkpoint = createCheckpoint(token);
    const configs: ScannedConfig[] = [];
    const before = [...this.#known].filter(([path]) => isInside(path, top));
    const seen = new Set<string>();
    for await (const path of walkFiles(this.#files, { top, excludes, wants: mayHoldWeights })) {
      if (seen.size >= mostFiles) return { configs, files: seen.size, isCut: true };
      seen.add(path);
      await checkpoint();
      const weights = await this.#weightsOf(path, token);
      if (weights.length > 0) configs.push({ path, weights });
    }
    for (const [path] of before) if (!seen.has(path)) this.#known.delete(path);
    return { configs, files: seen.size, isCut: false };
  }

  async #weightsOf(path: string, token: CancellationToken): Promise<readonly ScannedWeight[]> {
    const facts = await this.#files.facts(path);
    const isProgram = /\.pyi?$/i.test(path);
    if (!facts || facts.size > (isProgram ? longestProgram : longestFile)) return [];
    const known = this.#known.get(path);
    if (known?.modifiedAt === facts.modifiedAt && known.size === facts.size) return known.weights;
    const text = await this.#files.readText(path, longestFile);
    const weights =
      text === undefined || !(isProgram ? programHints : hints).test(text)
        ? []
        : await readWeights(path, text, token);
    this.#known.set(path, { ...facts, weights });
    return weights;
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
): Promise<readonly ScannedWeight[]> {
  const document = await parseInTurns(path, text, token);
  if (!document) return [];
  const lines = new LineIndex(text);
  return discoverTerms(document).map(({ name, weight, valueRange }) => ({
    name,
    weight,
    line: lines.positionAt(valueRange.start).line,
  }));
}
