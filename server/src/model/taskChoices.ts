import { z } from 'zod';

/** A key of a config that names one of several things. */
const choicePlaceSchema = z.object({
  path: z.array(z.string()),
  names: z.array(z.string()),
  /** What the config names now, its defaults filled in; absent where the task has its own way. */
  now: z.string().optional(),
});
export type ChoicePlace = z.infer<typeof choicePlaceSchema>;

/** What a config of a task, built in or the user's own, may choose beside the weights of its losses. */
export const taskChoicesSchema = z.object({
  strategy: choicePlaceSchema,
  /** Of the learning rate. */
  schedule: choicePlaceSchema,
  /** Strategies that move the weight of one loss, which their `term` names, in a known way. */
  termSchedules: z.array(z.string()),
  /** Forms of losses. */
  losses: z.array(choicePlaceSchema),
  mode: choicePlaceSchema,
  /** Keys that shuffle a condition over the samples. */
  shuffles: z.array(z.object({ path: z.array(z.string()), now: z.boolean() })),
});
export type TaskChoices = z.infer<typeof taskChoicesSchema>;
