/** How the file of a user's own task may end: what Node.js loads as an ES module by itself. */
export const taskModuleEndings = ['.ts', '.mts', '.mjs', '.js'] as const;

/** Whether the `task` of a config names a file of the user's, such as `./my-task.ts`. */
export function isTaskModule(name: string): boolean {
  return taskModuleEndings.some((ending) => name.endsWith(ending) && name.length > ending.length);
}

/** Whether a `task` names a file of JavaScript's family that cannot be the module of a task. */
export function isOtherScript(name: string): boolean {
  return /.\.(?:cts|cjs|tsx|jsx)$/.test(name);
}

/** Name of the copy of a user's task in the folder of a run. */
export function taskCopyName(modulePath: string): string {
  return `task${taskModuleEndings.find((ending) => modulePath.endsWith(ending)) ?? ''}`;
}
