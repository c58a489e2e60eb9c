/** The most that a run may take where nobody says otherwise, in MiB. */
const mostMiB = 16 * 1024;
const bytesPerMiB = 2 ** 20;

/** What is known of the machine's memory, in bytes. */
export interface MachineMemory {
  readonly total: number;
  /** The limit of the container; 0, or more than there is, where there is none. */
  readonly constrained: number;
}

/**
 * MiB of memory that a run may take: what is set, or (0) half of what the machine or its container
 * has, so that the editor and the rest keep the other half.
 */
export function memoryLimitMiB(setting: number, { total, constrained }: MachineMemory): number {
  if (setting > 0) return setting;
  const available = constrained > 0 ? Math.min(total, constrained) : total;
  return Math.max(1, Math.min(mostMiB, Math.floor(available / 2 / bytesPerMiB)));
}
