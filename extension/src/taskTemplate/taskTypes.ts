/** Name of the file with the types of a task, beside the task. */
export const taskTypesName = 'counterweight-task.d.ts';

/** What the module of a training task exports and is given. */
export const taskTypes = `// What the module of a training task exports and is given. Written by the command
// "Counterweight: New Training Task…"; it holds types alone and is never loaded.

// Where the package @tensorflow/tfjs-core is installed (npm install --save-dev @tensorflow/tfjs-core),
// everything of TensorFlow.js has its types; elsewhere it is any. Training does not need it.

/** TensorFlow.js. */
export type Tf = typeof import('@tensorflow/tfjs-core');
export type Tensor = import('@tensorflow/tfjs-core').Tensor;
export type Variable = import('@tensorflow/tfjs-core').Variable;

/** Random numbers that are the same again for the same seed, on every machine. */
export interface Random {
  /** Uniform on [0, 1). */
  uniform(): number;
  /** Standard normal. */
  normal(): number;
}

/** What \`create\` is given. */
export interface TaskContext {
  /** TensorFlow.js as the engine runs it. Values of another copy cannot be trained. */
  readonly tf: Tf;
  /** The mapping \`options\` of the config, as it stands. */
  readonly options: Readonly<Record<string, unknown>>;
  /** For the initial parameters: decided by the seed of the run. */
  readonly random: Random;
  /** Random numbers of a seed of your own, such as for held-out data that never changes. */
  createRandom(seed: number, label?: string): Random;
  /** The same values with no path for gradients, as \`detach\` of PyTorch. */
  detach<T extends Tensor>(tensor: T): T;
}

/** Tensors by name: everything that one step needs and that is random or changes from step to step. */
export type Batch = Readonly<Record<string, Tensor>>;

/** A model with its data. Tensors that \`create\` makes live until the run ends; free nothing by hand. */
export interface TaskInstance<B extends Batch = Batch> {
  /** All parameters that are trained, by group; every variable in one group. */
  readonly groups: Readonly<Record<string, readonly Variable[]>>;
  /**
   * Draws the batch of one step, from \`random\` alone: a run that is resumed goes on with the numbers
   * that would have come. Shapes that stay the same make the step faster.
   */
  batch(random: Random): B;
  /**
   * One forward pass: every loss that \`terms\` declares as a scalar, without its weight. A pure
   * function of the batch and the variables: it draws nothing at random, changes no variable and
   * reads no tensor back (no data(), dataSync(), array()). It is called a few times and kept as a
   * graph: numbers that change from step to step belong into the batch.
   */
  losses(batch: B): Readonly<Record<string, Tensor>>;
  /** Figures of the model, such as on held-out data: numbers or scalars, which are read for you. */
  evaluate?(): Readonly<Record<string, Tensor | number>>;
  /** Parts of the parameters at which \`probe.cut\` of the config may measure, which is cheaper. */
  readonly cuts?: Readonly<Record<string, readonly Variable[]>>;
  /** Moving averages: after each step teacher ← m · teacher + (1 − m) · student. */
  readonly teacher?: {
    readonly pairs: readonly { readonly student: Variable; readonly teacher: Variable }[];
    /** m at a step, counted from 1. */
    momentum(step: number): number;
  };
  /** Variables that follow what is seen instead of being trained, such as a running mean. */
  readonly buffers?: {
    readonly variables: readonly Variable[];
    /** What each becomes after the step, in their order; as pure as \`losses\`. */
    next(batch: B): readonly Tensor[];
  };
  /** Frees what is yours alone, such as a file; tensors are freed for you. */
  dispose?(): void;
}

/** Each loss by its name, with what it is. The config weighs each under \`loss_weights\`. */
export type Terms = Readonly<Record<string, string>>;
`;
