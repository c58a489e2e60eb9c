import type { Task } from '../task.ts';
import { flowEdit } from './flowEdit/flowEdit.ts';

/** All built-in tasks, by name. */
export const tasks: readonly Task[] = [flowEdit];
