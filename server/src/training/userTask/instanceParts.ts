import type * as tfc from '@tensorflow/tfjs-core';

import { nearestName } from '../../base/nearestName.ts';
import type { Buffers, ParameterGroup, Teacher } from '../task.ts';
import { lineOfName, type ModuleSource, mistakeAt, type TaskMistake } from './taskMistake.ts';
import { inWords, isRecord } from './taskModule.ts';

type Call = (...given: readonly unknown[]) => unknown;

/** What `create` of a user's task gave, checked. */
export interface InstanceParts {
  readonly groups: readonly ParameterGroup[];
  readonly cuts: readonly ParameterGroup[];
  readonly batch: Call;
  readonly losses: Call;
  readonly evaluate: Call | undefined;
  readonly teacher: Teacher | undefined;
  readonly buffers: Buffers | undefined;
  readonly dispose: Call | undefined;
}

/** The names that a config may use of an instance, and those that it uses. */
export interface NamedByConfig {
  readonly groups: readonly string[];
  readonly cut: string | undefined;
  readonly sharedGroup: string;
}

const needed = ['groups', 'batch', 'losses'] as const;
const functions = ['batch', 'losses', 'evaluate', 'dispose'] as const;
const known = [...needed, 'evaluate', 'cuts', 'teacher', 'buffers', 'dispose'];

/** @throws `TaskMistake` at what is wrong with it */
export function readInstance(
  created: unknown,
  source: ModuleSource,
  named: NamedByConfig,
): InstanceParts {
  const check = new InstanceCheck(source);
  if (!isRecord(created) || created instanceof Promise) {
    throw check.mistake('create', notAnInstance(created));
  }
  check.keys(created);
  const { teacher, buffers } = created;
  const groups = check.groups('groups', created.groups);
  const cuts = created.cuts === undefined ? [] : check.groups('cuts', created.cuts);
  check.names(groups, cuts, named);
  return {
    groups,
    cuts,
    batch: check.call(created, 'batch'),
    losses: check.call(created, 'losses'),
    evaluate: created.evaluate === undefined ? undefined : check.call(created, 'evaluate'),
    dispose: created.dispose === undefined ? undefined : check.call(created, 'dispose'),
    teacher: teacher === undefined ? undefined : check.teacher(teacher),
    buffers: buffers === undefined ? undefined : check.buffers(buffers),
  };
}

function notAnInstance(created: unknown): string {
  const wants = 'it must return { groups, batch, losses }';
  if (!(created instanceof Promise)) return `create() returned ${inWords(created)}; ${wants}.`;
  return `create() must not be async; ${wants} at once. Read files with the functions of node:fs that end in Sync.`;
}

class InstanceCheck {
  readonly #source: ModuleSource;

  constructor(source: ModuleSource) {
    this.#source = source;
  }

  /** At the line that names something in what `create` returns, or below a part of that. */
  mistake(name: string, said: string, below = 'create'): TaskMistake {
    return mistakeAt(this.#source, lineOfName(this.#source.text, name, below), said);
  }

  keys(created: Readonly<Record<string, unknown>>): void {
    const given = Object.keys(created);
    const missing = needed.find((name) => created[name] === undefined);
    const strange = given.find((name) => !known.includes(name));
    const near = strange === undefined ? undefined : nearestName(strange, known);
    if (strange !== undefined && near !== undefined && !given.includes(near)) {
      throw this.mistake(strange, `create() returned ${strange}, which must be called ${near}.`);
    }
    if (missing === undefined) return;
    const all = given.length === 0 ? 'nothing' : given.join(', ');
    throw this.mistake('create', `create() returned no ${missing}; it returned ${all}.`);
  }

  call(created: Readonly<Record<string, unknown>>, name: (typeof functions)[number]): Call {
    const value = created[name];
    if (typeof value !== 'function') {
      throw this.mistake(name, `${name} is ${inWords(value)}; it must be a function.`);
    }
    // A method of a class keeps its `this`.
    return (...given) => value.apply(created, given);
  }

  groups(key: string, given: unknown): readonly ParameterGroup[] {
    if (!isRecord(given) || (key === 'groups' && Object.keys(given).length === 0)) {
      throw this.mistake(
        key,
        `${key} is ${inWords(given)}; it must name lists of variables, as in { network: [weights, biases] }.`,
      );
    }
    const owners = new Map<tfc.Variable, string>();
    return Object.entries(given).map(([name, list]) => {
      const variables = this.#variables(`${key}.${name}`, name, list);
      for (const variable of variables) {
        const owner = owners.get(variable);
        if (owner !== undefined) {
          throw this.mistake(
            name,
            `${key}.${name} has a variable that ${key}.${owner} has too.`,
            key,
          );
        }
        owners.set(variable, name);
      }
      return { name, variables };
    });
  }

  #variables(path: string, name: string, list: unknown): readonly tfc.Variable[] {
    const below = path.split('.')[0];
    if (!Array.isArray(list) || list.length === 0) {
      const found = Array.isArray(list) ? 'an empty list' : inWords(list);
      throw this.mistake(name, `${path} is ${found}; it must be a list of variables.`, below);
    }
    return list.map((variable, index) => {
      const problem = variableProblem(variable);
      if (problem === undefined) return variable;
      const said = `${path}[${index}] is ${problem}; make it with tf.variable(…).`;
      throw this.mistake(name, said, below);
    });
  }

  /** What the config and the module name must be there. */
  names(
    groups: readonly ParameterGroup[],
    cuts: readonly ParameterGroup[],
    { groups: trained, cut, sharedGroup }: NamedByConfig,
  ): void {
    const names = groups.map(({ name }) => name);
    const all = names.join(', ');
    if (!names.includes(sharedGroup)) {
      throw this.mistake(
        'groups',
        `sharedGroup is ${JSON.stringify(sharedGroup)}, and groups has no such group; it has ${all}.`,
      );
    }
    const strange = trained.find((name) => !names.includes(name));
    if (strange !== undefined) {
      const said = `The config sets optimizer.groups.${strange}, and groups has no such group; it has ${all}.`;
      throw this.mistake('groups', said);
    }
    if (cut === undefined || cuts.some(({ name }) => name === cut)) return;
    const there = cuts.map(({ name }) => name).join(', ') || 'none';
    throw this.mistake(
      cuts.length === 0 ? 'groups' : 'cuts',
      `The config sets probe.cut to ${cut}, and create() returned no such cut; there is ${there}.`,
    );
  }

  teacher(given: unknown): Teacher {
    const wrong = (said: string): TaskMistake => this.mistake('teacher', said);
    if (!isRecord(given))
      throw wrong(`teacher is ${inWords(given)}; it must be { pairs, momentum }.`);
    const { pairs, momentum } = given;
    if (typeof momentum !== 'function') {
      throw wrong(`teacher.momentum is ${inWords(momentum)}; it must be a function of the step.`);
    }
    if (!Array.isArray(pairs) || pairs.length === 0) {
      throw wrong(`teacher.pairs is ${inWords(pairs)}; it must be a list of { student, teacher }.`);
    }
    return {
      pairs: pairs.map((pair: unknown, index) => {
        const { student, teacher } = isRecord(pair) ? pair : {};
        const [one, other] = this.#variables(`teacher.pairs[${index}]`, 'teacher', [
          student,
          teacher,
        ]);
        if (one && other && one.shape.join() === other.shape.join()) {
          return { student: one, teacher: other };
        }
        throw wrong(
          `teacher.pairs[${index}] has a student of shape [${one?.shape}] and a teacher of shape [${other?.shape}]; they must be equal.`,
        );
      }),
      momentum: (step) => Number(momentum.call(given, step)),
    };
  }

  buffers(given: unknown): Buffers {
    const wrong = (said: string): TaskMistake => this.mistake('buffers', said);
    if (!isRecord(given))
      throw wrong(`buffers is ${inWords(given)}; it must be { variables, next }.`);
    const { variables, next } = given;
    if (typeof next !== 'function') {
      throw wrong(`buffers.next is ${inWords(next)}; it must be a function of the batch.`);
    }
    return {
      variables: this.#variables('buffers.variables', 'buffers', variables),
      next: (batch) => next.call(given, batch),
    };
  }
}

/** What something is that should be a variable; undefined for a variable. */
function variableProblem(value: unknown): string | undefined {
  if (!isTensor(value)) return inWords(value);
  if (!('assign' in value)) return 'a tensor';
  return value.dtype === 'float32' ? undefined : `a variable of kind ${value.dtype}, not float32`;
}

/** Whether a value is a tensor of TensorFlow.js that still holds its data. */
export function isTensor(value: unknown): value is tfc.Tensor {
  return isRecord(value) && 'dataId' in value && 'shape' in value && 'dtype' in value;
}
