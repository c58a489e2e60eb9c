import { fork } from 'node:child_process';

import type { Ingest, Order, Reading, Updates } from './measured.mts';

/** What each task gives. */
interface Results {
  readonly read: Reading;
  readonly ingest: Ingest;
  readonly append: readonly Updates[];
}

/**
 * Has one order done in a process of its own.
 * @param bundle the measuring process, bundled, so that its memory holds no compiler
 * @throws where it ends without a result
 */
export function runMeasurement<Task extends Order['task']>(
  bundle: string,
  order: Extract<Order, { readonly task: Task }>,
): Promise<Results[Task]> {
  const child = fork(bundle, [], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  child.send(order);
  return new Promise((resolve, reject) => {
    child.once('message', (result) => resolve(result as Results[Task]));
    child.once('error', reject);
    child.once('close', (status, signal) => {
      reject(new Error(`The measuring process ended early (${signal ?? `status ${status}`}).`));
    });
  });
}
