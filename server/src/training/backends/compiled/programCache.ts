import type { Disposable } from '../../../base/disposable.ts';
import { EngineUnfitError } from '../../stepEngine.ts';
import type { Batch } from '../../task.ts';
import { batchTypes } from './feedBatch.ts';
import { findChanged } from './heldValues.ts';
import type { GraphKind, StepSource } from './stepGraphs.ts';
import { type CompileOptions, compileStep, type StepProgram } from './stepProgram.ts';

/** Three kinds of graphs, times the shapes of batches and the sets of weights that vanish. */
const programsAtMost = 16;
/** Shapes of batches after which it is plain that they keep changing; the last of an epoch may differ. */
const shapesAtMost = 8;

/** The programs of a task's steps, compiled when they are first asked for. */
export class ProgramCache implements Disposable {
  readonly #source: StepSource;
  readonly #options: CompileOptions;
  readonly #programs = new Map<string, StepProgram>();
  readonly #shapes = new Set<string>();

  constructor(source: StepSource, options: CompileOptions) {
    this.#source = source;
    this.#options = options;
  }

  /** @throws EngineUnfitError where the step cannot be compiled, saying why */
  async program(
    kind: GraphKind,
    weighed: readonly boolean[],
    batches: readonly Batch[],
  ): Promise<StepProgram> {
    const [batch = {}, ...others] = batches.map(batchTypes);
    const shape = JSON.stringify(batch);
    if (others.some((other) => JSON.stringify(other) !== shape)) {
      throw new EngineUnfitError('The batches that are accumulated into one step differ in shape.');
    }
    this.#checkShape(shape);
    const key = `${kind} ${weighed} ${shape}`;
    const program = this.#programs.get(key) ?? (await this.#compile({ kind, weighed, batch }));
    const changed = findChanged(this.#source.tf, program.held);
    if (changed !== undefined) throw new EngineUnfitError(changed);
    // Put last again: the one that waits longest for its turn goes first.
    this.#programs.delete(key);
    this.#programs.set(key, program);
    this.#evict();
    return program;
  }

  dispose(): void {
    for (const program of this.#programs.values()) program.dispose();
    this.#programs.clear();
  }

  async #compile(form: StepProgram['form']): Promise<StepProgram> {
    const compiled = await compileStep(this.#source, form, this.#options);
    if (compiled.ok) return compiled.value;
    throw new EngineUnfitError(compiled.error);
  }

  #checkShape(shape: string): void {
    this.#shapes.add(shape);
    if (this.#shapes.size <= shapesAtMost) return;
    throw new EngineUnfitError(
      `The shapes of the batches keep changing (${this.#shapes.size} so far), and each would have to be compiled anew; the latest: ${shape}.`,
    );
  }

  #evict(): void {
    const [oldest] = this.#programs;
    if (!oldest || this.#programs.size <= programsAtMost) return;
    this.#programs.delete(oldest[0]);
    oldest[1].dispose();
  }
}
