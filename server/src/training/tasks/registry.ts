import type { Task } from '../task.ts';
import { faceTemplate } from './faceTemplate/faceTemplate.ts';
import { flowEdit } from './flowEdit/flowEdit.ts';
import { multimodalEmotion } from './multimodalEmotion/multimodalEmotion.ts';
import { semanticVaeFlow } from './semanticVaeFlow/semanticVaeFlow.ts';

/** All built-in tasks, by name. */
export const tasks: readonly Task[] = [faceTemplate, flowEdit, multimodalEmotion, semanticVaeFlow];
