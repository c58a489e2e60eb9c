import type * as tfc from '@tensorflow/tfjs-core';

import { createRandom, type Random } from '../../base/random.ts';
import { detach } from '../detach.ts';
import { namedLosses } from '../namedLosses.ts';
import type { Batch, Buffers, ParameterGroup, Task, TaskInstance, Teacher, Tf } from '../task.ts';
import { type InstanceParts, isTensor, readInstance } from './instanceParts.ts';
import {
  lineOfName,
  type ModuleSource,
  mistakeAt,
  mistakeIn,
  type TaskMistake,
} from './taskMistake.ts';
import { inWords, isRecord, type TaskModule } from './taskModule.ts';
import {
  declareTerms,
  planUserTask,
  type UserTaskConfig,
  userTaskSchema,
} from './userTaskConfig.ts';
import { withoutChance } from './withoutChance.ts';

/**
 * A task out of a user's module. Whatever goes wrong in the user's functions, or with what they
 * give, is thrown as a `TaskMistake` with the user's file and line.
 *
 * @param name how the module is called in metrics and checkpoints
 * @param digest changes with the module's text, as the cost of a step may
 */
export function createUserTask(
  module: TaskModule,
  source: ModuleSource,
  { name, digest }: { readonly name: string; readonly digest: string },
): Task<UserTaskConfig> {
  const terms = module.terms.map((term) => term.name);
  return {
    name,
    description: 'A task of your own.',
    configSchema: userTaskSchema(terms, terms),
    terms: declareTerms(module.terms),
    sharedGroup: module.sharedGroup,
    aliases: {},
    plan: (config) => planUserTask(config, terms, digest),
    create: (tf, config, random) => new UserTask({ tf, config, random, module, source, terms }),
  };
}

interface Creation {
  readonly tf: Tf;
  readonly config: UserTaskConfig;
  readonly random: Random;
  readonly module: TaskModule;
  readonly source: ModuleSource;
  readonly terms: readonly string[];
}

class UserTask implements TaskInstance {
  readonly groups: readonly ParameterGroup[];
  readonly cuts: readonly ParameterGroup[];
  readonly teacher?: Teacher;
  readonly buffers?: Buffers;
  readonly #tf: Tf;
  readonly #source: ModuleSource;
  readonly #terms: readonly string[];
  readonly #parts: InstanceParts;
  /** What `create` made and did not free: it lives as long as the task. */
  readonly #owned: readonly tfc.Tensor[];

  constructor({ tf, config, random, module, source, terms }: Creation) {
    this.#tf = tf;
    this.#source = source;
    this.#terms = terms;
    const { value, made } = keepWhatIsMade(tf, () =>
      this.#call('create', () =>
        module.create({
          tf,
          options: structuredClone(config.options),
          random,
          createRandom,
          detach: (tensor: tfc.Tensor) => detach(tf, tensor),
        }),
      ),
    );
    this.#owned = made;
    this.#parts = readInstance(value, source, {
      groups: Object.keys(config.optimizer.groups),
      cut: config.probe.cut ?? undefined,
      sharedGroup: module.sharedGroup,
    });
    const { teacher, buffers } = this.#parts;
    this.groups = this.#parts.groups;
    this.cuts = this.#parts.cuts;
    if (teacher) this.teacher = this.#checkedTeacher(teacher);
    if (buffers) this.buffers = this.#checkedBuffers(buffers);
  }

  nextBatch(random: Random): Batch {
    return this.#tf.tidy(() => {
      const given = this.#call('batch', () => this.#parts.batch(random));
      const entries = Object.entries(this.#recordOf('batch', given));
      // Copies share the data: what the task keeps for itself outlives the batch.
      return Object.fromEntries(
        entries.map(([name, tensor]) => [name, this.#tensorOf('batch', name, tensor).clone()]),
      );
    });
  }

  losses(batch: Batch): Readonly<Record<string, tfc.Scalar>> {
    const given = this.#recordOf(
      'losses',
      this.#call('losses', () => this.#parts.losses(batch)),
    );
    const declared = this.#terms.filter((name) => given[name] !== undefined);
    const losses = declared.flatMap((name) => {
      // What is no tensor at all is told of by `namedLosses`.
      if (isTensor(given[name])) this.#tensorOf('losses', name, given[name]);
      const one = tensorsByName({ [name]: given[name] });
      return this.#checked('losses', name, () => namedLosses(one, [name]));
    });
    const all = tensorsByName(given);
    this.#checked('losses', undefined, () => namedLosses(all, this.#terms));
    return Object.fromEntries(losses.map((loss, index) => [declared[index] ?? '', loss]));
  }

  async evaluate(): Promise<Readonly<Record<string, number>>> {
    const { evaluate } = this.#parts;
    if (!evaluate) return {};
    const figures = this.#tf.tidy(() => {
      const given = this.#recordOf(
        'evaluate',
        this.#call('evaluate', () => evaluate()),
      );
      const entries = Object.entries(given);
      return Object.fromEntries(
        entries.map(([name, value]) => [name, this.#figureOf(name, value)]),
      );
    });
    const values: Record<string, number> = {};
    for (const [name, figure] of Object.entries(figures)) {
      values[name] = (await figure.data<'float32'>())[0] ?? Number.NaN;
      figure.dispose();
    }
    return values;
  }

  dispose(): void {
    const { dispose, groups, teacher, buffers } = this.#parts;
    if (dispose) this.#call('dispose', () => dispose());
    const variables = [
      ...groups.flatMap((group) => group.variables),
      ...(teacher?.pairs.map((pair) => pair.teacher) ?? []),
      ...(buffers?.variables ?? []),
    ];
    for (const tensor of [...variables, ...this.#owned]) {
      if (!tensor.isDisposed) tensor.dispose();
    }
  }

  #call(name: string, run: () => unknown): unknown {
    try {
      return withoutChance(run);
    } catch (error) {
      throw mistakeIn(name, error, this.#source);
    }
  }

  #mistake(within: string, name: string | undefined, said: string): TaskMistake {
    const { text } = this.#source;
    const line = name === undefined ? lineOfName(text, within) : lineOfName(text, name, within);
    return mistakeAt(this.#source, line, said);
  }

  /** What a check of ours throws becomes a mistake at the line of the name. */
  #checked<T>(within: string, name: string | undefined, check: () => T): T {
    try {
      return check();
    } catch (error) {
      throw this.#mistake(within, name, error instanceof Error ? error.message : String(error));
    }
  }

  #recordOf(within: string, given: unknown): Readonly<Record<string, unknown>> {
    if (given instanceof Promise) {
      throw this.#mistake(
        within,
        undefined,
        `${within}() must not be async; give tensors, which are read for you.`,
      );
    }
    if (isRecord(given) && !isTensor(given) && Object.keys(given).length > 0) return given;
    const found = isTensor(given) ? 'a tensor' : inWords(given);
    throw this.#mistake(
      within,
      undefined,
      `${within}() returned ${found}; it must return tensors by name, as in { name: tensor }.`,
    );
  }

  #tensorOf(within: string, name: string, value: unknown): tfc.Tensor {
    if (!isTensor(value)) {
      throw this.#mistake(
        within,
        name,
        `${within}() gives ${name} as ${inWords(value)}; it must be a tensor, made by tf.`,
      );
    }
    if (!value.isDisposed) return value;
    const hint =
      within === 'batch'
        ? ': what batch() makes is freed after the step, what create() makes is kept'
        : '';
    throw this.#mistake(within, name, `${within}() gives ${name}, which has been disposed${hint}.`);
  }

  #figureOf(name: string, value: unknown): tfc.Tensor {
    if (ownFamilies.test(name)) {
      throw this.#mistake(
        'evaluate',
        name,
        `evaluate() gives ${name}; names that begin with ${name.split('/')[0]}/ are taken. Call it eval/${name.replaceAll('/', '_')}.`,
      );
    }
    if (typeof value === 'number') return this.#tf.scalar(value);
    const tensor = this.#tensorOf('evaluate', name, value);
    if (tensor.size === 1) return tensor.clone();
    throw this.#mistake(
      'evaluate',
      name,
      `evaluate() gives ${name} with shape [${tensor.shape.join(', ')}]; a figure is a number or a scalar.`,
    );
  }

  #checkedTeacher({ pairs, momentum }: Teacher): Teacher {
    return {
      pairs,
      momentum: (step) => {
        const value = Number(this.#call('momentum', () => momentum(step)));
        if (value >= 0 && value <= 1) return value;
        const said = `teacher.momentum gives ${value} at step ${step}; it must lie from 0 to 1.`;
        throw this.#mistake('teacher', 'momentum', said);
      },
    };
  }

  #checkedBuffers({ variables, next }: Buffers): Buffers {
    return {
      variables,
      next: (batch) => {
        const given = this.#call('next', () => next(batch));
        const list: readonly unknown[] = Array.isArray(given) ? given : [];
        if (list.length !== variables.length) {
          const said = `buffers.next gives ${inWords(given)}; it must give a list of ${variables.length}, one tensor for each variable.`;
          throw this.#mistake('buffers', 'next', said);
        }
        return variables.map(({ shape }, index) => {
          const tensor = this.#tensorOf('buffers', 'next', list[index]);
          if (tensor.shape.join() === shape.join()) return tensor;
          const said = `buffers.next gives a tensor of shape [${tensor.shape.join(', ')}] for a variable of shape [${shape.join(', ')}].`;
          throw this.#mistake('buffers', 'next', said);
        });
      },
    };
  }
}

/** Families of metrics that the recorder and the probes write. */
const ownFamilies =
  /^(?:loss|weight|value_share|grad|grad_weighted|grad_share|grad_contribution|cos|step|lr|time)\//;

/** `namedLosses` says itself what is wrong with a value that is no tensor. */
function tensorsByName(
  given: Readonly<Record<string, unknown>>,
): Readonly<Record<string, tfc.Tensor>> {
  return given as Readonly<Record<string, tfc.Tensor>>;
}

/** Runs `make` and takes over every tensor that it leaves, so that a task has nothing to tidy up. */
function keepWhatIsMade<T>(
  tf: Tf,
  make: () => T,
): { readonly value: T; readonly made: readonly tfc.Tensor[] } {
  const taken: { value: T; made: readonly tfc.Tensor[] }[] = [];
  tf.tidy(() => {
    const value = make();
    const made = tf.engine().state.activeScope.track.filter((tensor) => !tensor.isDisposed);
    for (const tensor of made) tf.keep(tensor);
    taken.push({ value, made: [...made] });
  });
  const [first] = taken;
  if (!first) throw new Error('Broken invariant: what was made has been taken over');
  return first;
}
