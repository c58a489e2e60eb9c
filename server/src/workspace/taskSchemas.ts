import { projectFileSchema } from '../model/projectFile.ts';
import { type OptionSchema, optionsOfTask } from '../training/optionSchema.ts';
import type { TaskOutline } from '../training/task.ts';
import { tasks } from '../training/tasks/registry.ts';
import { outlineUserTask } from '../training/userTask/userTaskConfig.ts';

/** The options of the tasks and of `counterweight.yaml`, each worked out once: that takes longer than a letter takes to type. */
export class TaskSchemas {
  readonly #schemas = new Map<string, OptionSchema>();
  #projectFile: OptionSchema | undefined;

  /** Works out all of them. */
  prepare(): void {
    for (const task of [...tasks, outlineUserTask(undefined)]) this.of(task);
  }

  /** The keys of `counterweight.yaml`. */
  ofProjectFile(): OptionSchema {
    this.#projectFile ??= optionsOfTask({ configSchema: projectFileSchema });
    return this.#projectFile;
  }

  of(task: TaskOutline): OptionSchema {
    const known = this.#schemas.get(task.name);
    if (known) return known;
    const schema = optionsOfTask(task);
    this.#schemas.set(task.name, schema);
    return schema;
  }
}
