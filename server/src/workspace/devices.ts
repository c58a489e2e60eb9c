import type { Device } from '../ablation/queue.ts';
import type { EngineChoice } from './engineChoice.ts';

/** This machine: two trainings on it at once would share it, and both tell less. */
export const accelerator: Device = { name: 'this machine', places: 1 };

/** Slurm has a queue of its own; this is the number of jobs that clusters let a user have in it. */
export const cluster: Device = { name: 'Slurm', places: 1000 };

const gpuPrefix = 'GPU ';

/**
 * Where a run may take its turn: on the cluster or any GPU of the pool that `counterweight.yaml`
 * gives to the user's program, else alone on this machine.
 */
export function devicesFor(choice: EngineChoice): readonly Device[] {
  if (choice.engine === 'command' && choice.slurm) return [cluster];
  if (choice.engine === 'task' || !choice.gpus) return [accelerator];
  return choice.gpus.map((gpu) => ({ name: `${gpuPrefix}${gpu}`, places: 1 }));
}

/** What a program is told of the device that it has got. */
export function deviceEnvironment(device: string): Readonly<Record<string, string>> {
  if (!device.startsWith(gpuPrefix)) return {};
  return { CUDA_VISIBLE_DEVICES: device.slice(gpuPrefix.length) };
}
