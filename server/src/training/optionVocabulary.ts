import { optimizers } from './optimizers/registry.ts';
import { learningRateSchedules } from './schedules/registry.ts';
import { strategies } from './strategies/registry.ts';
import type { NamedChoice, Task } from './task.ts';
import { tasks } from './tasks/registry.ts';

/** What the names at a place of a config stand for. */
export interface OptionVocabulary {
  readonly family: 'choice' | 'optimizer' | 'schedule' | 'strategy' | 'task' | 'term';
  readonly choices: readonly NamedChoice[];
}

/** The registered things, or losses of the task, that are named at a path of its config, if any are. */
export function vocabularyAt(
  path: readonly PropertyKey[],
  task: Pick<Task, 'terms' | 'choices'> | undefined,
): OptionVocabulary | undefined {
  const place = path.join('.');
  if (place === 'task') return { family: 'task', choices: tasks };
  if (place === 'optimizer.name') return { family: 'optimizer', choices: optimizers };
  if (place === 'learning_rate_schedule.name') {
    return { family: 'schedule', choices: learningRateSchedules };
  }
  if (place === 'strategy' || place === 'strategy.name') {
    return { family: 'strategy', choices: strategies };
  }
  if (place === 'strategy.term' && task) return { family: 'term', choices: task.terms };
  const own = task?.choices?.find((choice) => isAt(path, choice.path));
  return own && { family: 'choice', choices: own.choices };
}

/** Whether a name stands here: alone, or behind `name` beside its options. */
function isAt(path: readonly PropertyKey[], place: readonly string[]): boolean {
  return [place, [...place, 'name']].some(
    (each) => each.length === path.length && each.every((key, index) => key === path[index]),
  );
}
