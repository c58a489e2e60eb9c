import { placeInStack, TaskMistake } from '../training/userTask/taskMistake.ts';

/** How a run learns of faults that reach none of its calls. */
export interface StrayErrors {
  /** Rejects with the first of them, as a mistake with its place where that is the user's. */
  readonly thrown: Promise<never>;
  /** From here on the process may end by itself again. */
  dispose(): void;
}

/**
 * Watches for what a user's task throws in a timer, or in a promise that nobody awaits: left alone, it
 * would end the process with a stack of our own. `process.exit` throws meanwhile, and so has a place.
 * This process serves one run, so what still comes after its end is let pass.
 */
export function watchStrayErrors(): StrayErrors {
  const { exit } = process;
  const thrown = new Promise<never>((_, reject) => {
    process.on('uncaughtException', (error: unknown) => reject(strayMistake(error)));
  });
  // The run may have ended before anybody looks.
  thrown.catch(() => undefined);
  process.exit = () => {
    throw new Error('It calls process.exit, which ends the run without a word; throw an Error.');
  };
  return {
    thrown,
    dispose() {
      process.exit = exit;
    },
  };
}

function strayMistake(error: unknown): unknown {
  const place = error instanceof Error ? placeInStack(error.stack ?? '') : undefined;
  if (!place || !(error instanceof Error)) return error;
  return new TaskMistake(place, `in a timer, or in a promise without await: ${error.message}`);
}
